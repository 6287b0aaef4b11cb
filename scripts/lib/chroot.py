# SPDX-License-Identifier: Apache-2.0
"""Other Debians in a folder: made by mmdebstrap, entered in namespaces of their own, so that
nothing that was mounted or started there outlives the command."""
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache") / "revhyper"
ENTER = """
root=$1; shift
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
exec chroot "$root" "$@"
"""


def mirror():
    """The Debian mirror that this computer's own apt uses; the files of its sources hold
    comments and disabled entries, so apt is asked."""
    rows = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(REPO_URI) $(ORIGIN)"],
                          check=True, capture_output=True, text=True).stdout
    found = [row.split()[1] for row in rows.splitlines() if row.endswith(" Debian")]
    found = [uri for uri in found if "security" not in uri]
    return found[0] if found else "http://deb.debian.org/debian"


def make(folder, suite, packages, variant="apt", architectures=()):
    """A fresh Debian in `folder`; what was there is gone. Raises CalledProcessError."""
    remove(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    words = ["mmdebstrap", "--quiet", f"--variant={variant}", f"--include={','.join(packages)}"]
    words += [f"--architectures={','.join(architectures)}"] if architectures else []
    # the lists stay: packages are installed into it later
    words += ["--skip=cleanup/apt/lists", suite, str(folder), mirror()]
    subprocess.run(words, check=True)


def cached(name, suite, packages, **more):
    """The chroot of that name; made anew where it is missing, half made, or of other packages."""
    folder, stamp = CACHE / name, CACHE / f"{name}.stamp"
    wanted = hashlib.sha256(repr((suite, sorted(packages), more)).encode()).hexdigest()
    if not folder.is_dir() or not stamp.exists() or stamp.read_text() != wanted:
        stamp.unlink(missing_ok=True)
        print(f"making {folder} ({suite}, {len(packages)} packages)", flush=True)
        make(folder, suite, packages, **more)
        stamp.write_text(wanted)
    return folder


def remove(folder):
    if folder.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=True)


def enter(folder, command, **more):
    """Runs a command (list, or text for sh) inside; subprocess.run's result."""
    words = ["sh", "-c", command] if isinstance(command, str) else list(command)
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", ENTER, "sh",
                           str(folder), *words], **more)


def copy_sources(root, folder):
    """The files of the working tree, those that git does not know yet too, to `folder`."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    names = subprocess.run(["git", "-c", f"safe.directory={root}", "ls-files", "-co", "--exclude-standard",
                            "--deduplicate", "-z"], cwd=root, check=True, capture_output=True).stdout
    for name in filter(None, names.decode().split("\0")):
        source, target = root / name, folder / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
