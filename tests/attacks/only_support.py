"""Fails where a source outside framework/support opens, writes, lists or removes files, or prints, by other
means than support's: files.hpp and print.hpp keep the promises for all."""
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
FORBIDDEN = {
    "opens or changes files past support/files.hpp": (
        r"\bstd::[io]?fstream\b|\bf(?:open|reopen|dopen)\s*\(|\bopendir\s*\(|\bmkstemp\s*\(|(?<![\w>])::(?:open|openat|creat|read|write"
        r"|fsync|rename|unlink|mkdir|ftruncate|truncate|flock)\s*\("
        r"|\bfs::(?:remove|remove_all|rename|copy|copy_file|create_\w+|resize_file|directory_iterator|recursive_\w+)\b"
        r"|std::filesystem::(?:remove|remove_all|rename|copy|copy_file|create_\w+|resize_file|directory_iterator)\b"
        r"|(?<![\w:.>])(?:open|read|write|unlink|rename|mkdir)\s*\((?=[^)]*O_|\w*fd\b|ends\[)"
    ),
    "prints past support/print.hpp": r"\bstd::c(?:out|err|log)\b|\bfmt::print\b|\b(?:f|v)?printf\s*\(|\bf?puts\s*\(|\bfwrite\s*\(",
    "parses JSON past support/parse_json.hpp": r"\b[Jj]son::(?:parse|sax_parse)\s*\(",
}
# What runs in a child process that was forked for it, or writes for a user's own program.
ALLOWED = {
    "framework/registry/trial.cpp": "a child's pipe",
    "plugins/launchers/local.cpp": "a child's pipe",
    "tools/engine/plugin.cpp": "a child's pipe",
}

wrong, checked = [], 0
for folder in ("framework", "plugins", "tools", "observers"):
    for path in sorted((root / folder).rglob("*.[ch]pp")):
        name = path.relative_to(root).as_posix()
        if name.startswith(("framework/support/", "tools/bench/", "tools/plugin_templates/")):
            continue
        checked += 1
        text = re.sub(r'//[^\n]*|"(?:\\.|[^"\\\n])*"', lambda m: '""' if m[0][0] == '"' else "", path.read_text())
        for what, pattern in FORBIDDEN.items():
            if name in ALLOWED and "files" in what:
                continue
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                wrong.append(f"{name}:{line}: {match[0]}: {what}")
print("\n".join(wrong + [f"{checked} sources, {len(wrong)} breaches"]))
sys.exit(1 if wrong or checked < 100 else 0)
