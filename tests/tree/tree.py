"""What the checks on the sources share: the tree, and a self-test.

A check is a function that takes a Tree and returns complaints. Each check
brings cases of its own, small trees in which it must (or must not) complain;
they run first, so that a check which has gone blind shows.
"""

import argparse
import fnmatch
import os
import subprocess
import sys
import tempfile


class Tree:
    def __init__(self, root):
        self.root = root
        self._files = None

    def files(self, suffixes=("",), under=("",)):
        """Paths of the project's own files, relative, sorted."""
        if self._files is None:
            self._files = sorted(self._list())
        return [
            f
            for f in self._files
            if f.endswith(tuple(suffixes)) and f.startswith(tuple(under))
        ]

    def _list(self):
        git = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        ) if os.path.exists(os.path.join(self.root, ".git")) else None
        if git is not None and git.returncode == 0:
            for name in set(git.stdout.decode().split("\0")):
                if name and os.path.isfile(os.path.join(self.root, name)):
                    yield name
            return
        # A tarball, perhaps with builds in it.
        ignored = self._ignored()
        for directory, below, names in os.walk(self.root):
            top = directory == self.root
            below[:] = [n for n in below if not ignored(n, top)]
            for name in names:
                if not ignored(name, top):
                    path = os.path.join(directory, name)
                    yield os.path.relpath(path, self.root)

    def _ignored(self):
        """Whether .gitignore has a name; a "/" before it is the top."""
        anywhere, at_top = [], []
        if self.exists(".gitignore"):
            for line in self.lines(".gitignore"):
                if line and not line.startswith("#"):
                    (at_top if line.startswith("/") else anywhere).append(
                        line.strip("/"))
        return lambda name, top: any(
            fnmatch.fnmatch(name, pattern)
            for pattern in anywhere + (at_top if top else []))

    def path(self, name):
        return os.path.join(self.root, name)

    def exists(self, name):
        return os.path.exists(self.path(name))

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def text(self, name):
        return self.read(name).decode("utf-8", "replace")

    def lines(self, name):
        return self.text(name).splitlines()


def _run_case(check, case):
    comment, files, wanted = case
    with tempfile.TemporaryDirectory() as root:
        for name, contents in files.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(contents if isinstance(contents, bytes)
                        else contents.encode())
        found = check(Tree(root))
    if wanted is None:
        good = not found
    else:
        good = any(wanted in complaint for complaint in found)
    if not good:
        print(f"self-test: {comment}: wanted {wanted!r}, found {found!r}")
    return good


def _source_root():
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.dirname(os.path.dirname(here))


def main(check, cases, extra=None):
    """Runs the cases, then the check on the sources; exits."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--root", default=_source_root(),
                        help="the source tree (default: this one)")
    parser.add_argument("--program", default=None,
                        help="the built codex-api-proxy")
    options = parser.parse_args()
    results = [_run_case(check, case) for case in cases]
    tree = Tree(options.root)
    complaints = check(tree)
    if extra is not None:
        complaints += extra(tree, options)
    for complaint in complaints:
        print(complaint)
    results.append(not complaints)
    failed = results.count(False)
    name = os.path.basename(sys.argv[0])
    print(f"{name}: {len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
