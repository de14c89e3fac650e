"""The page: everything on it was escaped, nothing comes from elsewhere, and its form is its own."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from smsproof_conformance.emulator import Setup, running
from smsproof_conformance.emulator.books.inventory import Inventory, Number

from .conftest import Client

LONG, PHONE = "+12161112222", "+15551112222"
GOOD = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}

# What comes in, and what stands on the page: the same, but for what cannot be printed.
HOSTILE = {
    "<script>alert(1)</script>": None,
    "</div></li></ol></main><img src=x onerror=alert(1)>": None,
    '"><svg onload=alert(1)>': None,
    "' onmouseover='alert(1)": None,
    "{{ 7 * 7 }} {% for x in y %} {{ cycler.__init__.__globals__ }}": None,
    "javascript:alert(1)": None,
    "&lt;b&gt; &amp; <!-- --> ]]> <![CDATA[": None,
    "\x1b[31mred\x00\x07 \u202eevil\u2066 😀": "\\x1b[31mred\\x00\\x07 \\u202eevil\\u2066 😀",
}


class Document(HTMLParser):
    """What a browser would make of the page: tags with attributes, and the texts between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._raw = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._raw = tag in ("script", "style")

    def handle_endtag(self, tag):
        self._raw = False

    def handle_data(self, data):
        if not self._raw and data.strip():
            self.texts.append(data)

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def page(client: Client, **query: str) -> Document:
    answer = client.get(client.control + "/", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return Document(answer.text)


def kinds(document: Document) -> list[str]:
    return [str(row["class"]).removeprefix("row ") for row in document.of("li") if str(row["class"]).startswith("row ")]


KNOWN_TAGS = {
    "html", "head", "meta", "title", "link", "style", "body", "main", "aside", "details", "summary", "section", "header", "h1", "h2", "span", "div", "ol", "li", "strong",
    "small", "form", "label", "select", "option", "input", "button", "datalist", "noscript", "p", "script",
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), HOSTILE.items())
def test_hostile_text_in_every_field_stays_text(text, expected, listener):
    named = Inventory({number: Number(number) for number in (LONG, text)})
    with running("intelepeer", setup=Setup(inventory=named)) as emulator, Client(emulator) as ip:
        ip.send_sms({"from": LONG, "to": "+13038675309", "text": text, "guid": text})
        ip.send_sms({"from": text, "to": text, "text": text, "guid": text})
        ip.hook({"endpoints": [LONG], "webhook": listener.url + "/" + re.sub(r"[\s#]", "", text)})
        ip.inbound(text, LONG, text)
        ip.settle()
        ip.inbound(PHONE, LONG, text)
        shown = [page(ip), page(ip, kind=text), page(ip, number=text, text=text)]
    plain = page_of_nothing()
    for document in shown:
        assert {tag for tag, _ in document.tags} <= KNOWN_TAGS
        assert len(document.of("script")) == len(plain.of("script")) == 1
        assert len(document.of("img")) + len(document.of("svg")) == 0
        for tag, attributes in document.tags:
            assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for attributes in document.of("a") + document.of("link"):
            assert attributes["href"] == "data:,"
    assert len(re.findall(re.escape(expected or text), "\n".join(shown[0].texts))) >= 4


def page_of_nothing() -> Document:
    with running("intelepeer") as emulator, Client(emulator) as ip:
        return page(ip)


def test_nothing_is_fetched_from_elsewhere(ip):
    answer = ip.get(ip.control + "/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    (nonce,) = set(re.findall("nonce-([A-Za-z0-9_-]+)", policy))
    document = Document(answer.text)
    assert [tag["nonce"] for tag in document.of("script") + document.of("style")] == [nonce, nonce]
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", answer.text)
    assert nonce != re.findall("nonce-([A-Za-z0-9_-]+)", ip.get(ip.control + "/").headers["content-security-policy"])[0]


def test_every_kind_of_message_has_a_row_and_the_filters_choose(ip, listener):
    listener.script["/hook"] = [500, 200]
    ip.hook({"endpoints": [LONG], "webhook": listener.url + "/hook"})
    ip.send_sms(GOOD)
    ip.send_sms({**GOOD, "from": "+19995550100"})
    ip.inbound(PHONE, LONG, "hello back")
    ip.settle()
    assert kinds(page(ip)) == ["received", "refused", "sent"]
    assert kinds(page(ip, kind="sent")) == ["sent"]
    assert kinds(page(ip, kind="refused")) == ["refused"]
    assert kinds(page(ip, kind="received")) == ["received"]
    assert kinds(page(ip, kind="retried")) == ["received"]
    assert kinds(page(ip, number="19995550100")) == ["refused"]
    assert kinds(page(ip, text="HELLO B")) == ["received"]
    assert kinds(page(ip, text="nothing")) == []
    texts = " ".join(page(ip).texts)
    assert "404 the telephone number +19995550100 is not available" in texts
    assert re.search(r"acknowledged\s+500\s+200", texts)


def test_segments_are_drawn_as_a_handset_gets_them(ip):
    ip.send_sms({**GOOD, "text": "x" * 153 + "y" * 153 + "z"})
    document = page(ip)
    texts = [text.strip() for text in document.texts]
    assert [text for text in texts if re.fullmatch("x+|y+|z+", text)] == ["x" * 153, "y" * 153, "z"]
    assert [text for text in texts if re.fullmatch(r"\d of \d", text)] == ["1 of 3", "2 of 3", "3 of 3"]
    assert "GSM-7, 307 septets, 3 segments" in " ".join(texts)


def test_what_the_vendor_counts_otherwise_than_a_handset_is_said(ms):
    ms.single({"from": "12345", "to": "+580000000005", "text": "x" * 307})
    texts = " ".join(page(ms).texts)
    assert "GSM-7, 307 septets, 2 segments by this vendor's count" in texts
    assert "3 of 3" in texts


def test_a_very_long_text_is_drawn_by_its_beginning(ip):
    ip.send_sms({**GOOD, "text": "x" * 15_300})
    texts = page(ip).texts
    assert "27 of 100" in texts
    assert "28 of 100" not in texts


def test_requests_that_hold_no_message_are_refused_ones_too(ip):
    ip.send_sms(GOOD, headers={"Authorization": "Bearer nobody"})
    ip.post("/_rest/v4/app/sms/send", content=b"{")
    ip.hook({"endpoints": [LONG], "webhook": "nowhere"})
    ip.get("/_rest/v3/app/sms/send")
    assert kinds(page(ip, kind="refused")) == ["refused"] * 4
    texts = " ".join(page(ip).texts)
    assert "401 the token is unknown" in texts
    assert "400 the body is not JSON" in texts
    assert "GET /_rest/v3/app/sms/send" in texts


def test_a_text_that_ends_in_error_is_a_refused_one(ms):
    ms.single({"from": "12345", "to": "+580000000005", "text": "x" * 1601})
    assert kinds(page(ms)) == ["refused"]
    assert "Text exceeds the limit of allowed segments" in " ".join(page(ms).texts)


def test_only_where_messages_come_in_there_is_a_form_for_them(ip, ms):
    assert [form["method"] for form in page(ip).of("form")] == ["get", "post"]
    assert [form["method"] for form in page(ms).of("form")] == ["get"]


def test_faults_that_are_on_are_shown(ip, intelepeer):
    intelepeer.use_faults("bulk-order-reversed")
    assert "bulk-order-reversed" in page(ip).texts


# The form.


def form(ip: Client) -> dict[str, str]:
    (token,) = [str(tag["value"]) for tag in page(ip).of("input") if tag.get("name") == "token"]
    return {"token": token, "from": PHONE, "to": LONG, "message": "from the page: ü"}


@pytest.mark.parametrize("with_origin", [True, False])
def test_the_form_texts_a_number(ip, listener, with_origin):
    ip.hook({"endpoints": [LONG], "webhook": listener.url + "/hook"})
    headers = {"Origin": ip.control.removesuffix("/_smsproof")} if with_origin else {}
    answer = ip.post(ip.control + "/page/inbound", data=form(ip), headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "./")
    ip.settle()
    assert [arrival.json["message"] for arrival in listener.arrivals] == ["from the page: ü"]


@pytest.mark.parametrize("change", [{"token": "guessed"}, {"token": ""}, None])
def test_a_form_from_elsewhere_is_refused(ip, listener, change):
    ip.hook({"endpoints": [LONG], "webhook": listener.url + "/hook"})
    fields = form(ip)
    headers = {"Origin": "http://evil.example"} if change is None else {}
    answer = ip.post(ip.control + "/page/inbound", data={**fields, **(change or {})}, headers=headers)
    assert answer.status_code == 403
    ip.settle()
    assert listener.arrivals == []


def test_scripts_of_other_pages_cannot_read_it(ip):
    assert ip.get(ip.control + "/", headers={"Origin": "http://evil.example"}).status_code == 403


def test_the_address_without_its_slash_leads_there(ip):
    assert ip.get(ip.control).headers["location"] == "/_smsproof/"
