"""Other servers, with the settings that `publisher show server` prints for them, on a port of their own."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

NGINX = """\
daemon off; worker_processes 1; pid {home}/pid; error_log {home}/error.log; {user}
events {{ worker_connections 256; }}
http {{
access_log off;
client_body_temp_path {home}/1; proxy_temp_path {home}/2; fastcgi_temp_path {home}/3; uwsgi_temp_path {home}/4;
scgi_temp_path {home}/5;
{http}
server {{ listen 127.0.0.1:{port}; root {root}; absolute_redirect off;
{server}
}}
}}
"""
CADDY = "{{\nadmin off\nauto_https off\n}}\nhttp://127.0.0.1:{port} {{\nroot * {root}\n{told}\n}}\n"
APACHE_MODULES = ("mpm_event", "authz_core", "mime", "dir", "alias", "rewrite", "headers", "env", "deflate")
APACHE = """\
{modules}
ServerRoot {home}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {home}/pid
ErrorLog {home}/error.log
DefaultRuntimeDir {home}
TypesConfig /dev/null
DocumentRoot {root}
DirectoryIndex index.html
<IfModule unixd_module>
User {user}
</IfModule>
<Directory {root}>
Require all granted
{told}
</Directory>
"""


def nginx(home: Path, root: Path, told: str, port: int) -> list[str]:
    """Its first piece belongs to `http`, its second to `server`."""
    http, _, server = told.partition("# Into server")
    user = "user root;" if os.geteuid() == 0 else ""
    text = NGINX.format(home=home, root=root, port=port, http=http, server=f"#{server}", user=user)
    (home / "nginx.conf").write_text(text, encoding="utf-8")
    return ["nginx", "-c", str(home / "nginx.conf")]


def caddy(home: Path, root: Path, told: str, port: int) -> list[str]:
    """All belongs to the site's block."""
    (home / "Caddyfile").write_text(CADDY.format(port=port, root=root, told=told), encoding="utf-8")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(home / "Caddyfile")]


def apache(home: Path, root: Path, told: str, port: int) -> list[str]:
    """All belongs to the folder."""
    folder = Path("/usr/lib/apache2/modules")
    modules = "\n".join(f"LoadModule {name}_module {folder}/mod_{name}.so" for name in APACHE_MODULES)
    text = APACHE.format(home=home, root=root, told=told, port=port, modules=modules, user="nobody")
    (home / "httpd.conf").write_text(text, encoding="utf-8")
    return [shutil.which("apache2") or "/usr/sbin/apache2", "-DFOREGROUND", "-f", str(home / "httpd.conf")]


@contextmanager
def running(words: list[str], port: int, home: Path) -> Iterator[str]:
    """The server's address, from when it answers until it is ended; what it keeps for itself goes to `home`."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | {"HOME": str(home)}
    process = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        _wait_for(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait_for(process: "subprocess.Popen[str]", port: int, seconds: float = 20) -> None:
    end = monotonic() + seconds
    while monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        with socket.socket() as one:
            one.settimeout(1)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("it does not listen")
