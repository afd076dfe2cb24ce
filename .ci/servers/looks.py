"""Single checks, as a table: the dependency, and the expected line of plugwatch."""

from dataclasses import dataclass, field

from plugwatch import Plugwatch, dependency


@dataclass
class Look:
    """One dependency, and the expected result of one check."""

    name: str
    check: str
    says: str
    why: str
    claim: str
    params: dict = field(default_factory=dict)


def look_at_all(world, claims, part, looks, overrides=None):
    """Checks everything once, and compares each line with the expected one."""
    watched = [dependency(look.name, look.check, **look.params) for look in looks]
    program = Plugwatch(world, f"looks-{part}-{looks[0].name}", watched, overrides or {}, network=world.network)
    looked = program.look()
    for look in looks:
        line = looked.line(look.name)
        holds = line.says == look.says and look.why in line.why
        claims.hold(part, look.claim, holds, f"{line.says}: {line.why}")
