"""Runs a command under the SystemCallFilter= lines of a unit, as systemd does it: by libseccomp, with systemd's own sets.

usage: system-call-filter.py UNIT COMMAND...
"""
import ctypes
import os
import re
import subprocess
import sys

ALLOW = 0x7FFF0000
REFUSE_WITH_EPERM = 0x00050001
UNKNOWN = -1


def read_sets():
    """The system calls of each set, sets in it resolved."""
    text = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], capture_output=True, text=True).stdout
    sets, current = {}, None
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
        word = line.strip()
        if line.startswith("@"):
            current = sets.setdefault(word, [])
        elif word and not word.startswith("#") and current is not None:
            current.append(word)
    return sets


def expand(sets, word):
    if not word.startswith("@"):
        return {word}
    return set().union(*(expand(sets, inner) for inner in sets[word]))


def allowed_by(unit):
    """The first line is a list of what is allowed; those after it add, or with ~ take away."""
    sets = read_sets()
    allowed = expand(sets, "@default")
    for line in re.findall(r"^SystemCallFilter=(.*)$", open(unit).read(), re.M):
        names = set().union(*(expand(sets, word) for word in line.lstrip("~").split()))
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed


def load(names):
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(REFUSE_WITH_EPERM))
    for name in sorted(names):
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number != UNKNOWN:
            seccomp.seccomp_rule_add(context, ALLOW, number, 0)
    if seccomp.seccomp_load(context) != 0:
        sys.exit("the filter was refused")


load(allowed_by(sys.argv[1]))
os.execvp(sys.argv[2], sys.argv[2:])
