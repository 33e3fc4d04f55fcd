"""Render sqladmin's pages: ``python sqladmin_pages.py FOLDER``. Runs in an environment of its own."""

import re
import sys
from datetime import date
from pathlib import Path

import sqladmin
from sqladmin import Admin, ModelView
from sqlalchemy import Boolean, Column, Date, Integer, Numeric, String, create_engine
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.pool import StaticPool
from starlette.applications import Starlette
from starlette.testclient import TestClient

folder = Path(sys.argv[1])
Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    order_no = Column(String)
    customer = Column(String)
    ordered_on = Column(Date)
    total = Column(Numeric(10, 2))
    shipped = Column(Boolean)


class Supplier(Base):
    __tablename__ = "suppliers"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    town = Column(String)
    vat_no = Column(String)


engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
Base.metadata.create_all(engine)
with Session(engine) as session:
    for number in range(15):
        session.add(
            Order(
                order_no=f"A{number}",
                customer=f"Shop {number}",
                ordered_on=date(2026, 2, 1 + number),
                total=number,
            )
        )
        session.add(Supplier(name=f"Maker {number}", town="Leeds", vat_no=f"GB{number}"))
    session.commit()

app = Starlette()
admin = Admin(app, engine)


class OrderAdmin(ModelView, model=Order):
    column_list = (Order.id, Order.order_no, Order.customer, Order.total)
    column_searchable_list = (Order.order_no,)


class SupplierAdmin(ModelView, model=Supplier):
    column_list = (Supplier.id, Supplier.name, Supplier.town)
    column_searchable_list = (Supplier.name,)


admin.add_view(OrderAdmin)
admin.add_view(SupplierAdmin)
STATIC = Path(sqladmin.__file__).parent / "statics"


def with_styles(html: str) -> str:
    def style(match: re.Match[str]) -> str:
        found = STATIC / match[1].split("?")[0]
        return f"<style>{found.read_text(errors='replace')}</style>" if found.is_file() else ""

    html = re.sub(r'<link[^>]*href="[^"]*/statics/([^"]+\.css[^"]*)"[^>]*>', style, html)
    return re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)


folder.mkdir(parents=True, exist_ok=True)
client = TestClient(app)
for kind in ("order", "supplier"):
    for page in ("list", "create", "edit/3", "details/3"):
        answer = client.get(f"/admin/{kind}/{page}")
        if answer.status_code == 200:
            (folder / f"sqladmin.{kind}-{page.split('/')[0]}.html").write_text(with_styles(answer.text))
