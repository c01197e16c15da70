"""A post's templates rendered, or left as they are."""

from liquid.exceptions import LiquidError, LiquidSyntaxError

from publisher.content.liquid.environment import Context, Environment, parse
from publisher.content.liquid.run import Names, Run
from publisher.content.world import Page

# What python-liquid lets out beside its own errors, such as a RecursionError at deep nesting.
_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def render(page: Page, text: str, environment: Environment, names: Names) -> str | None:
    """What a post's body becomes; None, with a warning at the place, where its Liquid is broken or runs too long."""
    run = Run(page, text, names)
    try:
        return _rendered(run, environment)
    except LiquidError as error:
        run.broken(error)
    except _FAULTS as error:
        run.broken(LiquidSyntaxError(f"{type(error).__name__}: {error}", token=None))
    return None


def _rendered(run: Run, environment: Environment) -> str:
    template = parse(environment, run.text)
    context = Context(template, globals=run.names)
    context.run = run
    buffer = context.get_buffer()
    template.render_with_context(context, buffer)
    return buffer.getvalue()
