"""What is in our mail: a page on which everybody can read what each link of the last issue is for."""

from flask import Blueprint, Response

from service.reports.mail_links import links_of_last_issue
from service.web.access import public
from service.web.frame import render, services

blueprint = Blueprint("mail_links", __name__, url_prefix="/newsletter/links")


@blueprint.get("")
@public
def show() -> Response:
    """Every kind of address in the last issue, one sentence each."""
    with services().database.read() as session:
        found = links_of_last_issue(session, services().links.site_url)
        issue, kinds = found or (None, ())
        return render("site/newsletter/links.html", issue=issue, kinds=kinds)
