"""Single looks, as a table: what is watched, and what plugwatch must say of it."""

from dataclasses import dataclass, field

from plugwatch import Plugwatch, dependency


@dataclass
class Look:
    """One dependency, and what one look at it must say."""

    name: str
    check: str
    says: str
    why: str
    claim: str
    params: dict = field(default_factory=dict)


def look_at_all(world, claims, part, looks, overrides=None):
    """Looks once at everything, and holds each line against what it must be."""
    watched = [dependency(look.name, look.check, **look.params) for look in looks]
    program = Plugwatch(world, f"looks-{part}-{looks[0].name}", watched, overrides or {}, network=world.network)
    looked = program.look()
    for look in looks:
        line = looked.line(look.name)
        holds = line.says == look.says and look.why in line.why
        claims.hold(part, look.claim, holds, f"{line.says}: {line.why}")
