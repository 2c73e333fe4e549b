"""Systems that give no further process, no pipe, or no larger file: what runs goes on, and what fails says why."""
import os
import resource
import subprocess
from pathlib import Path

from attack import Attacks, strata, workplace

attacks = Attacks("starved runs")
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
static int fails(const char *name) {  /* "FROM-TO": which of the calls, counted from 0 */
  static int calls;
  const char *which = getenv(name);
  if (which == NULL) return 0;
  char *end;
  long from = strtol(which, &end, 10), to = strtol(end + 1, NULL, 10);
  int call = calls++;
  return call >= from && call <= to;
}
pid_t fork(void) {
  if (fails("FAIL_FORK")) { errno = EAGAIN; return -1; }
  return ((pid_t (*)(void))dlsym(RTLD_NEXT, "fork"))();
}
int pipe2(int ends[2], int flags) {
  if (fails("FAIL_PIPE")) { errno = EMFILE; return -1; }
  return ((int (*)(int *, int))dlsym(RTLD_NEXT, "pipe2"))(ends, flags);
}
"""


def ended_runs(place, name):
    return len(list(Path(place, "results", name).glob("*/record.json")))


with workplace() as place:
    Path(place, "shim.c").write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "shim.so", "shim.c", "-ldl"], cwd=place, check=True)
    for call, reason in (("FORK", "Resource temporarily unavailable"), ("PIPE", "Too many open files")):
        # The run that cannot be started waits for one that runs; where none does, it alone has failed.
        for which, code, runs in (("0-0", 1, 2), ("1-1", 0, 3), ("2-2", 0, 3), ("0-99", 1, 0)):
            name = f"{call.lower()}{which}"
            ended = strata("run", "small.yaml", "--set", f"name={name}", "--seeds", "0-2", "--jobs", 2, folder=place,
                           environment={"LD_PRELOAD": f"{place}/shim.so", f"FAIL_{call}": which})
            attacks.check(f"{call.lower()} {which} fails", ended.code == code and ended_runs(place, name) == runs
                          and reason in ended.err, ended)
    for most in (0, 20_000, 60_000):
        for jobs in (1, 2):
            name = f"size{most}-{jobs}"
            ended = strata("run", "small.yaml", "--set", f"name={name}", "--seeds", "0-1", "--jobs", jobs, folder=place,
                           preexec_fn=lambda limit=most: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            attacks.check(f"files of {most} bytes at most, --jobs {jobs}", ended.code == 1 and "signal" not in ended.err
                          and "File too large" in ended.err and not list(Path(place).rglob("*.tmp-*")), ended)
attacks.end()
