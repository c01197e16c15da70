"""What the pages share where readers sign up, confirm and choose: their templates, their words, and their languages."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from publisher.app import App
from publisher.core.words import LANGUAGE
from publisher.errors import TemplateError
from publisher.jobs.ways_in import subscribe_url
from publisher.model.site import Site
from publisher.web.files import Say
from publisher.web.pages import Sheet, nearest, shown

if TYPE_CHECKING:
    from publisher.templating import Templates

METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
_STYLE = "web/reader.css.j2"
_NO_MORE: Mapping[str, str] = MappingProxyType({})


class Room:
    """Renders the pages of one site; a class because templates are compiled once."""

    def __init__(self, app: App, site: Site, say: Say) -> None:
        self._app, self.site, self.say = app, site, say

    @property
    def subscribe_url(self) -> str:
        """The page where readers sign up, as `web.url` has it: who asks for it may be led anywhere by their Host."""
        return subscribe_url(self._app.config) or "/subscribe"

    def language(self, wanted: Iterable[str]) -> str:
        """The first of the languages that there are words in, else the site's, else English."""
        tags = [tag for tag in (*wanted, self.site.language) if LANGUAGE.fullmatch(tag)]
        return next((tag for tag in nearest(tags) if self._templates.exists(f"web/words.{tag}.j2")), "en")

    def page(
        self,
        name: str,
        language: str,
        facts: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] = _NO_MORE,
        frames: Sequence[str] = (),
    ) -> Response:
        """The page `web/NAME.html.j2`; where the site's own cannot be rendered, the packaged one."""
        sheet, told = Sheet(f"web/{name}.html.j2", _STYLE), self._told(facts)
        try:
            return shown(self._templates, sheet, language, told, status=status, headers=headers, frames=frames)
        except TemplateError as error:
            packaged, spoken = self._packaged(language, error)
            return shown(packaged, sheet, spoken, told, status=status, headers=headers, frames=frames)

    def text(self, name: str, language: str, facts: Mapping[str, Any]) -> str:
        """What `web/NAME.txt.j2` says in one line, by the packaged template where the site's own cannot be rendered."""
        template, told = f"web/{name}.txt.j2", self._told(facts)
        try:
            return self._templates.render(template, **told, language=language).strip()
        except TemplateError as error:
            packaged, spoken = self._packaged(language, error)
            return packaged.render(template, **told, language=spoken).strip()

    def script(self, name: str) -> str:
        """The script `web/NAME.js.j2`; the packaged one where the site's own cannot be rendered."""
        from publisher.templating import Templates

        try:
            return self._templates.render(f"web/{name}.js.j2")
        except TemplateError as error:
            self.say(f"a script for readers: {error.told()}")
            return Templates(None).render(f"web/{name}.js.j2")

    def wording(self, language: str) -> str:
        """What readers agree to, beside the button of a sign-up."""
        return self._app.config.settings.web.sign_up.wording or self.text("wording", language, {})

    def _told(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {"site": self.site, "subscribe_url": self.subscribe_url, **facts}

    def _packaged(self, language: str, error: TemplateError) -> "tuple[Templates, str]":
        """The packaged templates, and the language as far as they speak it."""
        from publisher.templating import Templates

        self.say(f"a page for readers: {error.told()}")
        templates = Templates(None)
        return templates, language if templates.exists(f"web/words.{language}.j2") else "en"

    @cached_property
    def _templates(self) -> "Templates":
        return self._app.templates()
