"""Render Flask-Admin's pages: ``python flask_admin_pages.py FOLDER``. Runs in an environment of its own."""

import re
import sys
from datetime import date
from pathlib import Path

import flask_admin
from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import Boolean, Column, Date, Integer, Numeric, String, Text, create_engine
from sqlalchemy.orm import declarative_base, scoped_session, sessionmaker
from sqlalchemy.pool import StaticPool

folder = Path(sys.argv[1])
Base = declarative_base()


class Patient(Base):
    __tablename__ = "patient"
    id = Column(Integer, primary_key=True)
    patient_no = Column(String(6))
    last_name = Column(String(60))
    first_name = Column(String(60))
    born = Column(Date)
    phone = Column(String(30))
    active = Column(Boolean)
    notes = Column(Text)


class Invoice(Base):
    __tablename__ = "invoice"
    id = Column(Integer, primary_key=True)
    number = Column(String(20))
    supplier = Column(String(60))
    amount = Column(Numeric(10, 2))
    due = Column(Date)
    paid = Column(Boolean)


engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
Base.metadata.create_all(engine)
session = scoped_session(sessionmaker(bind=engine))
for number in range(15):
    session.add(
        Patient(
            patient_no=f"0{number:05}",
            last_name=f"Lee {number}",
            first_name="Ann",
            born=date(1980, 1, 1 + number),
            active=True,
        )
    )
    session.add(
        Invoice(
            number=f"R-{number}",
            supplier="Pharma",
            amount=number * 3,
            due=date(2026, 1, 1 + number),
            paid=False,
        )
    )
session.commit()

app = Flask("pages")
app.secret_key = "pages"


class Searched(ModelView):
    can_view_details = True
    can_export = True


class Patients(Searched):
    column_searchable_list = ("last_name",)
    column_filters = ("active",)


class Invoices(Searched):
    column_searchable_list = ("number",)


admin = Admin(app, name="Clinic")
admin.add_view(Patients(Patient, session))
admin.add_view(Invoices(Invoice, session))
STATIC = Path(flask_admin.__file__).parent / "static"


def with_styles(html: str) -> str:
    def style(match: re.Match[str]) -> str:
        found = STATIC / match[1].split("?")[0]
        return f"<style>{found.read_text(errors='replace')}</style>" if found.is_file() else ""

    html = re.sub(r'<link[^>]*href="/admin/static/([^"]+\.css[^"]*)"[^>]*>', style, html)
    return re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)


folder.mkdir(parents=True, exist_ok=True)
client = app.test_client()
for kind in ("patient", "invoice"):
    pages = {"list": "/", "new": "/new/", "edit": "/edit/?id=3", "details": "/details/?id=3"}
    for page, address in pages.items():
        answer = client.get(f"/admin/{kind}{address}")
        if answer.status_code == 200:
            (folder / f"flask-admin.{kind}-{page}.html").write_text(
                with_styles(answer.get_data(as_text=True))
            )
