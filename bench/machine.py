"""The machine a benchmark ran on, and what else it did meanwhile."""
import os
import platform
import resource
import subprocess


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")[0]
    except OSError:
        return ""


def field(path, name):
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                key, _, value = line.partition(":")
                if key.strip() == name:
                    return value.strip()
    except OSError:
        pass
    return ""


def describe(build):
    cache = os.path.join(build, "CMakeCache.txt")
    settings = {}
    try:
        with open(cache, encoding="utf-8") as file:
            for line in file:
                name, _, value = line.strip().partition("=")
                settings[name.split(":")[0]] = value
    except OSError:
        pass
    compiler = settings.get("CMAKE_C_COMPILER", "cc")
    kind = settings.get("CMAKE_BUILD_TYPE") or "RelWithDebInfo"
    flags = " ".join(f"{settings.get('CMAKE_C_FLAGS', '')} "
                     f"{settings.get('CMAKE_C_FLAGS_' + kind.upper(), '')}".split())
    return {"cpu": field("/proc/cpuinfo", "model name") or platform.processor(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_mib": int(field("/proc/meminfo", "MemTotal").split()[0] or 0) // 1024,
            "kernel": f"{platform.system()} {platform.release()}",
            "compiler": first_line(compiler, "--version"), "flags": flags, "build": kind,
            "clang": first_line("clang-19", "--version")}


class Watch:
    """The load at both ends, and how much of the machine's time was taken by others."""

    def __init__(self):
        self.load = [round(load, 2) for load in os.getloadavg()]
        self.busy, self.all = self.ticks()
        self.own = self.own_seconds()

    @staticmethod
    def ticks():
        with open("/proc/stat", encoding="utf-8") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        return sum(ticks) - ticks[3] - ticks[4], sum(ticks)

    @staticmethod
    def own_seconds():
        return sum(usage.ru_utime + usage.ru_stime for usage in
                   (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))

    def end(self):
        busy, whole = self.ticks()
        own = (self.own_seconds() - self.own) * os.sysconf("SC_CLK_TCK")
        others = max(0.0, busy - self.busy - own) / max(1, whole - self.all)
        return {"load_before": self.load, "load_after": [round(load, 2) for load in os.getloadavg()],
                "others_share": round(others, 3)}
