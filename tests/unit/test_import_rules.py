# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rooms of the collection know of each other only what they may."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.unit.import_rules import OWN, circle, complaints

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(path.relative_to(ROOT / "plugins") for path in ROOT.glob("plugins/**/*.py"))
YAML = sorted(path.relative_to(ROOT) for room in ("roles", "playbooks") for path in ROOT.glob(f"{room}/**/*.y*ml"))

# A role that takes text apart does the work of a module.
PARSING = re.compile(
    r"\|\s*(ansible\.builtin\.)?(regex_\w+|from_json|from_yaml(_all)?|json_query|split(lines)?|urlsplit|b64decode)\b"
    r"|\b(lookup|query|q)\(\s*['\"](ansible\.builtin\.)?(file|lines|pipe)['\"]"
    r"|^\s*(-\s+)?(ansible\.builtin\.)?(raw|script|shell):",
    re.MULTILINE,
)


@pytest.mark.parametrize("path", PLUGINS, ids=str)
def test_plugin_imports_what_its_room_may(path):
    assert complaints(str(path), (ROOT / "plugins" / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("module_utils/_a.py", f"from {OWN}plugin_utils import _b"),
        ("module_utils/_a.py", f"from {OWN}plugin_utils._b import c"),
        ("module_utils/_a.py", "from ..plugin_utils import _b"),
        ("module_utils/_a.py", "import yaml"),
        ("module_utils/_a.py", "import dns.resolver"),
        ("module_utils/_a.py", "import zoneinfo"),
        ("module_utils/_a.py", "from ansible.errors import AnsibleError"),
        ("module_utils/_a.py", "from ansible.module_utils.basic import AnsibleModule"),
        ("module_utils/_a.py", "import typing as t\nif t.TYPE_CHECKING:\n    import ansible.module_utils.basic"),
        ("module_utils/_a.py", "def f():\n    from ansible import errors"),
        ("module_utils/_a.py", "match 1:\n    case 1: pass"),
        ("module_utils/_dns/a.py", "import requests"),
        ("module_utils/_dns/a.py", "import ansible.module_utils.common.text.converters"),
        ("modules/a.py", f"from {OWN}plugin_utils._b import c"),
        ("modules/a.py", "import dns.resolver"),
        ("plugin_utils/_a.py", "import subprocess"),
        ("plugin_utils/_a.py", "from socket import create_connection"),
        ("plugin_utils/_a.py", "from ansible.plugins import connection"),
        ("plugin_utils/_a.py", "import requests"),
        ("filter/a.py", f"from {OWN}module_utils import _b"),
        ("action/a.py", "import yaml"),
        ("lookup/a.py", ""),
    ],
)
def test_import_checker_complains(path, source):
    assert len(complaints(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("module_utils/_a.py", f"import re\nfrom {OWN}module_utils._b import c\nfrom {OWN}module_utils import _d"),
        ("module_utils/_a.py", "from ansible.module_utils.common.text.converters import to_text"),
        ("module_utils/_dns/a.py", "import dns.resolver"),
        ("module_utils/_module/a.py", "from ansible.module_utils.basic import AnsibleModule"),
        ("modules/a.py", "from ansible.module_utils.basic import AnsibleModule"),
        ("plugin_utils/_a.py", "import jinja2.sandbox, yaml\nmatch 1:\n    case 1: pass"),
        ("action/a.py", "from ansible.plugins.action import ActionBase"),
    ],
)
def test_import_checker_is_content(path, source):
    assert complaints(path, source) == []


def test_no_folders_know_each_other_in_a_circle():
    assert circle({str(path): (ROOT / "plugins" / path).read_text(encoding="utf-8") for path in PLUGINS}) == []


def test_circle_finder():
    sources = {
        "plugin_utils/_a/_x.py": f"from {OWN}plugin_utils._b._y import c\nfrom {OWN}plugin_utils._a import _z",
        "plugin_utils/_b/_y.py": f"from {OWN}plugin_utils import _c",
    }
    assert circle(sources) == []
    closing = {"plugin_utils/_c.py": f"from {OWN}plugin_utils._a._z import d"}
    assert set(circle({**sources, **closing})) == {"plugin_utils/_a", "plugin_utils/_b", "plugin_utils/_c"}


def test_knowledge_holds_no_code():
    assert [str(path) for path in ROOT.glob("knowledge/**/*.py")] == []


@pytest.mark.parametrize("path", YAML, ids=str)
def test_roles_and_playbooks_parse_nothing(path):
    assert [match[0] for match in PARSING.finditer((ROOT / path).read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ log | regex_search('x') }}",
        "{{ result.stdout|from_json }}",
        "{{ text | ansible.builtin.split(',') }}",
        "{{ lookup('ansible.builtin.pipe', 'id') }}",
        "  - name: x\n    ansible.builtin.shell: mailq",
    ],
)
def test_parsing_checker_complains(text):
    assert PARSING.search(text)
