"""Render Django's administration pages: ``python django_admin.py FOLDER [jazzmin|grappelli]``.

Runs in an environment of its own (requirements.txt); nothing of Django is kept in this repository.
"""

import re
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment

folder, theme = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
settings.configure(
    SECRET_KEY="pages",
    DEBUG=True,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="django_admin_urls",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        *([theme] if theme else []),
        *(
            f"django.contrib.{app}"
            for app in [
                "admin",
                "auth",
                "contenttypes",
                "sessions",
                "messages",
                "staticfiles",
                "sites",
                "flatpages",
                "redirects",
            ]
        ),
    ],
    SITE_ID=1,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    f"django.{name}"
                    for name in (
                        "template.context_processors.request",
                        "contrib.auth.context_processors.auth",
                        "contrib.messages.context_processors.messages",
                    )
                ]
            },
        }
    ],
    STATIC_URL="/static/",
)
sys.path.insert(0, str(Path(__file__).parent))
django.setup()
setup_test_environment()
call_command("migrate", verbosity=0)

from django.contrib.auth.models import Group, User  # noqa: E402

User.objects.create_superuser("admin", "admin@clinic.example", "pages")
for number in range(12):
    User.objects.create_user(
        f"clerk{number:02}",
        f"clerk{number}@clinic.example",
        "pages",
        first_name="Ann",
        last_name=f"Lee {number}",
    )
for name in ("Doctors", "Nurses", "Reception"):
    Group.objects.create(name=name)

PAGES = {
    "index": "/admin/",
    "users": "/admin/auth/user/",
    "new-user": "/admin/auth/user/add/",
    "user": "/admin/auth/user/2/change/",
    "password": "/admin/auth/user/2/password/",
    "delete-user": "/admin/auth/user/2/delete/",
    "groups": "/admin/auth/group/",
    "new-group": "/admin/auth/group/add/",
    "own-password": "/admin/password_change/",
    "history": "/admin/auth/user/2/history/",
    "new-page": "/admin/flatpages/flatpage/add/",
    "new-redirect": "/admin/redirects/redirect/add/",
    "site": "/admin/sites/site/1/change/",
}


def with_styles(html: str) -> str:
    """Put style sheets into the page: it is looked at without its server."""

    def style(match: re.Match[str]) -> str:
        found = finders.find(match[1].split("?")[0])
        return f"<style>{Path(found).read_text(errors='replace')}</style>" if found else ""

    html = re.sub(r'<link[^>]*href="/static/([^"]+\.css[^"]*)"[^>]*>', style, html)
    return re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)


folder.mkdir(parents=True, exist_ok=True)
client = Client()
name = f"django-{theme or 'admin'}"
(folder / f"{name}.login.html").write_text(with_styles(client.get("/admin/login/").content.decode()))
client.login(username="admin", password="pages")
for page, address in PAGES.items():
    answer = client.get(address)
    if answer.status_code == 200:
        (folder / f"{name}.{page}.html").write_text(with_styles(answer.content.decode()))
