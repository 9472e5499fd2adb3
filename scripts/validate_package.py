"""Check a package against what the Workflow Run Crate profile requires, by roc-validator and without the internet.

Runs in an environment of its own (`make validate-package PACKAGE=...`, requirements-validate.txt), so that it loads nothing of Evergreen. The
profiles come with roc-validator, the terms of RO-Crate with the library rocrate; nobody is asked for anything.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import requests
from requests.adapters import BaseAdapter

PROFILE = "workflow-run-crate"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
# rocrate brings the terms of RO-Crate 1.3. Those that packages use are the same in 1.1, but for these.
OF_1_1 = {
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "FormalParameter": "https://bioschemas.org/FormalParameter",
    "input": "https://bioschemas.org/ComputationalWorkflow#input",
    "output": "https://bioschemas.org/ComputationalWorkflow#output",
}


class Terms(BaseAdapter):
    """Answers for the one address that a package names; every other is refused, whatever network there is."""

    def __init__(self) -> None:
        super().__init__()
        known = json.loads(files("rocrate").joinpath("data/ro-crate.jsonld").read_text("utf-8"))
        self.terms = json.dumps({"@context": known["@context"] | OF_1_1}).encode()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        if request.url != CONTEXT:
            raise requests.ConnectionError(f"not asked: {request.url}")
        reply = requests.Response()
        reply.status_code, reply.url, reply.request = 200, CONTEXT, request
        reply.headers["Content-Type"] = "application/ld+json"
        reply.raw = BytesIO(self.terms)
        return reply

    def close(self) -> None:
        pass


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("package", type=Path, help="the package (ZIP)")
    arguments.add_argument("--severity", default="REQUIRED", choices=("REQUIRED", "RECOMMENDED", "OPTIONAL"))
    args = arguments.parse_args()
    if not args.package.is_file():
        sys.exit(f"ERROR: {args.package}: the file is missing. Pack the review first: evergreen package")

    terms = Terms()
    requests.Session.get_adapter = lambda session, url: terms  # type: ignore[method-assign,assignment]
    from rocrate_validator import services

    with TemporaryDirectory() as folder:
        with ZipFile(args.package) as archive:
            archive.extractall(folder)
        result = services.validate({
            "rocrate_uri": folder, "profile_identifier": PROFILE, "requirement_severity": args.severity, "no_cache": True,
        })  # fmt: skip
        issues = sorted(
            f"{issue.severity.name}, {issue.check.identifier}: {issue.message}"
            for issue in result.get_issues()
        )
    for line in dict.fromkeys(issues):
        print(line)
    if issues or not result.passed():
        sys.exit(f"{args.package}: not as {PROFILE} asks for ({args.severity})")
    print(f"{args.package}: valid, {PROFILE} ({args.severity})")


if __name__ == "__main__":
    main()
