"""The rules of check-constraints.py restated in our own words, with its main called; what the file itself says is not used.

One argument: a JSON file. Of the list `apps`, every element of every list `constraints` is looked at. It is called invalid when
its operator is UNIQUE and a value is given, CLUSTER and none (or an empty one) is, GROUP_BY and Python's int() does not
take the value, LIKE or UNLIKE and Python's re.compile() does not. No other operator is known. The exit code is always 0.
"""

import json
import re
import sys


def refused_by(read, value):
    try:
        read(value)
    except Exception:
        return True
    return False


def invalid(constraint):
    operator = constraint[1]
    value = constraint[2] if len(constraint) > 2 else None
    if operator == "UNIQUE":
        return value is not None
    if operator == "CLUSTER":
        return value is None or value == ""
    if operator == "GROUP_BY":
        return refused_by(int, value)
    if operator in ("LIKE", "UNLIKE"):
        return refused_by(re.compile, value)
    return False


def main(path):
    with open(path) as source:
        apps = json.load(source)["apps"]
    looked_at = 0
    for app in apps:
        for constraint in app.get("constraints", []):
            looked_at += 1
            if invalid(constraint):
                print("Invalid constraint in %s app: %s" % (app["id"], json.dumps(constraint)))
    # The one line that the script does not have: the benchmark compares it.
    print("looked at %d constraints" % looked_at)


if __name__ == "__main__":
    main(sys.argv[1])
