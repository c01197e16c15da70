"""Filters that pick and group a list's items: Jekyll's filters.rb and filters/grouping_filters.rb."""

from collections.abc import Callable, Iterable, Mapping

from liquid.builtin.expressions.primitive import Blank, Empty

from publisher.content.liquid.environment import Context
from publisher.content.liquid.expressions import condition, value_of
from publisher.content.liquid.filters_lists import is_many, listed, property_of
from publisher.content.liquid.ruby import joined, printed, text_of


def _is(value: object, target: object) -> bool:
    if target is None:
        return value is None
    if isinstance(target, Blank | Empty):
        return value == "" or (isinstance(value, list) and not joined(value, ""))
    wanted = text_of(target)
    if isinstance(value, str):
        return value == wanted
    many = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return any(text_of(each) == wanted for each in many)


def where(value: object, name: object, target: object = None) -> object:
    """The items whose property is, or holds, the target."""
    if name is None or isinstance(target, list | Mapping) or not is_many(value):
        return value
    return [item for item in listed(value) if _is(property_of(item, name), target)]


def find(value: object, name: object, target: object = None) -> object:
    """The first of them."""
    if name is None or isinstance(target, list | Mapping) or not is_many(value):
        return value
    return next((item for item in listed(value) if _is(property_of(item, name), target)), None)


def where_exp(context: Context, value: object, name: object, expression: object) -> object:
    """The items for which a condition holds, each being the variable `name` in it."""
    return [*_matching(context, value, name, expression)] if is_many(value) else value


def find_exp(context: Context, value: object, name: object, expression: object) -> object:
    """The first of them."""
    return next(iter(_matching(context, value, name, expression)), None) if is_many(value) else value


def _matching(context: Context, value: object, name: object, expression: object) -> Iterable[object]:
    test = condition(context.env, text_of(expression))
    variables: dict[str, object] = {}
    with context.extend(variables):
        for item in listed(value):
            context.run.spend(1)
            variables[text_of(name)] = item
            if test.evaluate(context):
                yield item


def _groups(pairs: Iterable[tuple[str, object]]) -> list[object]:
    groups: dict[str, list[object]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return [{"name": key, "items": found, "size": len(found)} for key, found in groups.items()]


def group_by(value: object, name: object) -> object:
    """Groups of the items with the same property, each with `name`, `items` and `size`."""
    if not is_many(value):
        return value
    return _groups((text_of(property_of(item, name)), item) for item in listed(value))


def group_by_exp(context: Context, value: object, name: object, expression: object) -> object:
    """The same by what an expression gives."""
    if not is_many(value):
        return value
    test = value_of(context.env, text_of(expression))
    variables: dict[str, object] = {}
    pairs: list[tuple[str, object]] = []
    with context.extend(variables):
        for item in listed(value):
            context.run.spend(1)
            variables[text_of(name)] = item
            pairs.append((printed(test.evaluate(context)), item))
    return _groups(pairs)


SELECT_FILTERS: dict[str, Callable[..., object]] = {"where": where, "find": find, "group_by": group_by}

EXPRESSION_FILTERS: dict[str, Callable[..., object]] = {
    "where_exp": where_exp,
    "find_exp": find_exp,
    "group_by_exp": group_by_exp,
}
