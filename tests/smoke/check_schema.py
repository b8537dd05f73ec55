"""check_schema.py SCHEMA [EVENT…] < LINES: each line is JSON that the schema allows.

With events named, each of them has to be there; with "none" instead of them no line may be allowed.
A schema that is not one itself is an error. Exits with 77 when the module jsonschema is missing.
"""
import json
import pathlib
import sys
import warnings

try:
    warnings.simplefilter('ignore', DeprecationWarning)
    from jsonschema import Draft202012Validator, RefResolver
except ImportError:
    sys.exit(77)

path = pathlib.Path(sys.argv[1]).resolve()
schema = json.loads(path.read_text())
for file in path.parent.glob('*.json'):
    Draft202012Validator.check_schema(json.loads(file.read_text()))
validator = Draft202012Validator(schema, resolver=RefResolver(path.as_uri(), schema))
refuse = sys.argv[2:] == ['none']


def complaints(error):
    """Of several alternatives the one that is meant: it has no quarrel with the event's name."""
    branches = {}
    for cause in error.context or [error]:
        branches.setdefault(cause.schema_path[0], []).append(cause)
    meant = [b for b in branches.values() if not any(list(c.path) == ['event'] for c in b)]
    causes = meant[0] if len(meant) == 1 else [error]
    return '\n  '.join(cause.message for cause in causes)


missing = set() if refuse else set(sys.argv[2:])
lines = 0
for line in sys.stdin:
    lines += 1
    value = json.loads(line)
    missing.discard(value.get('event'))
    error = next(validator.iter_errors(value), None)
    if refuse and error is None:
        sys.exit(f'{path.name}: this went through: {line.strip()}')
    if error is not None and not refuse:
        sys.exit(f'{path.name}: {line.strip()}\n  {complaints(error)}')
if lines == 0:
    sys.exit(f'{path.name}: nothing to check')
if missing:
    sys.exit(f'{path.name}: never seen: {" ".join(sorted(missing))}')
