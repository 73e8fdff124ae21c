# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything runs in .venv; nothing is installed outside this checkout.
#   make incident INVENTORY=path LIMIT=mx1 SINCE=2h LANGUAGE=ja ARGS="--ask-become-pass"
#   make hold INVENTORY=path LIMIT=mx1 RUN=20261124T001500Z CONFIRM=yes ARGS="--become"
SHELL := /bin/sh
PYTHON_IN_VENV := .venv/bin/python

# A site's own ansible.cfg may be named by ANSIBLE_CONFIG; this checkout is found all the same.
export ANSIBLE_CONFIG ?= ansible.cfg
export ANSIBLE_COLLECTIONS_PATH := .collections:$(or $(ANSIBLE_COLLECTIONS_PATH),~/.ansible/collections:/usr/share/ansible/collections)

.PHONY: help setup setup-dev incident audit follow-up hold explain test lint bench bench-evidence bench-explain bench-dnsbl bench-ledger bench-report \
        bench-lab bench-fleet lab lab-setup lab-down lab-in lab-on lab-block lab-delist lab-test lab-smoke chaos fuzz test-browser nightly knowledge docs matrix coverage mutation pins galaxy test-installed clean

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 24

setup: .venv/.setup ## The .venv that the playbooks run in
setup-dev: .venv/.setup-dev ## The same, with the tools of tests and linters

.venv/.setup: requirements.txt tools/setup.sh
	@tools/setup.sh requirements.txt
	@touch $@

# Users get ranges; development and CI the exact versions of tools/pinned.
.venv-docs/.setup: docs/docsite/requirements.txt tools/pinned/docs.txt tools/setup.sh
	@tools/setup.sh docs/docsite/requirements.txt .venv-docs tools/pinned/docs.txt
	@touch $@

.venv-galaxy/.setup: tests/requirements-galaxy.txt tools/pinned/galaxy.txt tools/setup.sh
	@tools/setup.sh tests/requirements-galaxy.txt .venv-galaxy tools/pinned/galaxy.txt
	@touch $@

.venv/.setup-dev: requirements-dev.txt requirements.txt tests/requirements.txt tools/pinned/controller.txt tools/setup.sh
	@tools/setup.sh requirements-dev.txt .venv tools/pinned/controller.txt
	@touch .venv/.setup $@

incident: .venv/.setup ## Who blocks us, and why: reads the mail hosts, changes none
	@$(PYTHON_IN_VENV) tools/play.py incident

audit: .venv/.setup ## What is new in the fleet since the last audit, by policy: ARGS="-e baseline=yes" at first
	@$(PYTHON_IN_VENV) tools/play.py audit

follow-up: .venv/.setup ## What is due in each case: answers, retests, proofs; sends nothing without confirm=yes
	@$(PYTHON_IN_VENV) tools/play.py follow-up

hold: .venv/.setup ## The plan to keep blocked mail in the queue of your own hosts; CONFIRM=yes carries it out
	@$(PYTHON_IN_VENV) tools/play.py hold

explain: .venv/.setup ## What a pasted reply or log line means (reads standard input)
	@$(PYTHON_IN_VENV) tools/play.py explain

test: .venv/.setup-dev ## All that must hold
	@$(PYTHON_IN_VENV) tools/check.py test

lint: .venv/.setup-dev ## The linters alone
	@$(PYTHON_IN_VENV) tools/check.py lint

bench: $(foreach name,evidence explain dnsbl ledger report lab fleet,$(if $(wildcard tests/bench/$(name).py),bench-$(name))) ## The promised figures

bench-evidence bench-explain bench-dnsbl bench-ledger bench-report bench-lab bench-fleet: bench-%: .venv/.setup-dev
	@$(PYTHON_IN_VENV) tests/bench/$*.py

# The lab wants root on Debian, and ends with 3 where none can be: there its tests are skipped, and say why.
LAB := PYTHONPATH=.collections $(PYTHON_IN_VENV) -m ansible_collections.postmaster.delist.tests.lab

lab-setup: .venv/.setup-dev ## Installs what a fleet lab needs, builds its base images (root on Debian)
	@$(LAB) setup

lab: .venv/.setup-dev ## Starts a fleet of real mail hosts and receivers: HOSTS=4
	@$(LAB) up $(or $(HOSTS),4)

lab-down: .venv/.setup-dev ## Ends it; nothing remains
	@$(LAB) down

lab-in: ## Runs COMMAND at the controller's place in the lab
	@$(LAB) in sh -c '$(COMMAND)'

lab-on: ## Runs COMMAND as root on HOST of the lab
	@$(LAB) on $(HOST) sh -c '$(COMMAND)'

lab-block: ## A receiver of the lab blocks HOST: RECEIVER=microsoft_365 RULE=fblw15, a file of its samples/
	@$(LAB) block $(RECEIVER) $(HOST) $(RULE)

lab-delist: ## ... and takes mail again
	@$(LAB) delist $(RECEIVER)

lab-test: .venv/.setup-dev ## The tests against real mail hosts, in labs of their own
	@$(LAB) setup || [ $$? = 3 ]
	@$(PYTHON_IN_VENV) -m pytest -q tests/lab

lab-smoke: .venv/.setup-dev ## The shortest of them, as .ci/run does
	@$(LAB) setup || [ $$? = 3 ]
	@mkdir -p build/log
	@$(PYTHON_IN_VENV) -m pytest -q -m smoke tests/lab >build/log/lab.log 2>&1; code=$$?; cat build/log/lab.log; exit $$code

fuzz: .venv/.setup-dev ## Every parser with much that is foreign, malformed, hostile; for hours: nice make fuzz
	@HYPOTHESIS_PROFILE=long $(PYTHON_IN_VENV) -m pytest -q -n auto -m "" tests/fuzz

chaos: .venv/.setup-dev ## Something goes wrong in the middle of a change, at random: SEEDS=17 or SEEDS=0-99
	@$(LAB) setup || [ $$? = 3 ]
	@CHAOS_SEEDS=$(or $(SEEDS),0-99) $(PYTHON_IN_VENV) -m pytest -q -m "" tests/lab/test_chaos.py

test-browser: .venv/.setup-dev ## report.html in Debian's Chromium; pictures in build/browser
	@$(PYTHON_IN_VENV) -m pytest -q tests/browser

test-installed: .venv/.setup-dev ## The integration tests against the installed tarball
	@$(PYTHON_IN_VENV) tools/installed.py -n auto

galaxy: .venv-galaxy/.setup ## The tarball as Galaxy imports it; a warning is an error
	@.venv-galaxy/bin/python tools/galaxy.py

nightly: .venv/.setup-dev ## Every test in its long form, then the promised figures
	@$(PYTHON_IN_VENV) tools/check.py nightly
	@$(LAB) setup || [ $$? = 3 ]
	@$(PYTHON_IN_VENV) -m pytest -q -m "" tests/lab
	@$(MAKE) --no-print-directory test-browser
	@$(MAKE) --no-print-directory test-installed
	@$(MAKE) --no-print-directory galaxy
	@$(MAKE) --no-print-directory docs
	@$(MAKE) --no-print-directory coverage
	@$(MAKE) --no-print-directory mutation
	@$(MAKE) --no-print-directory bench

docs: .venv-docs/.setup ## The site of the documentation, build/docs/html; a warning is an error
	@.venv-docs/bin/python tools/docs.py

knowledge: .venv/.setup-dev ## Checks what is known of receivers and lists, and renders its pages
	@$(PYTHON_IN_VENV) tools/knowledge.py

coverage: .venv/.setup-dev ## How much of plugins/ the unit tests run in process, lines and branches
	@mkdir -p build/coverage
	@$(PYTHON_IN_VENV) -m pytest -q -n auto tests/unit --cov --cov-report=term --cov-report=json
	@$(PYTHON_IN_VENV) tools/branches.py

mutation: .venv/.setup-dev ## Whether a test notices when a pure function is changed: ARGS=ledger-fold for one area
	@nice -n 10 $(PYTHON_IN_VENV) tools/mutation.py $(ARGS)

matrix: .venv/.setup-dev ## Every interpreter and version that is found, into docs/compatibility.md
	@nice -n 10 $(PYTHON_IN_VENV) tools/matrix.py

pins: .venv/.setup ## Pins what new requirements want; ARGS=--upgrade takes the newest of everything
	@$(PYTHON_IN_VENV) tools/pins.py $(ARGS)

clean: ## Removes all that make made; reports in out/ stay
	rm -rf .venv .venv-newest .venv-docs .venv-galaxy .collections .cache build .ansible .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
