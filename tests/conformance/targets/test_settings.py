"""Reading targets: what is wrong is named with file, table, key, and the nearest right name."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsproof_conformance.targets.settings import SettingsError, defaults, pick, read, secrets

GOOD = """
[target.staging]
vendor = "intelepeer"
base_url = "http://127.0.0.1:8081/"
token_env = "INTELEPEER_TOKEN"
[target.staging.paths]
setWebhook = "/hook"
[target.staging.numbers]
long_codes = ["+12191112222"]
destinations = ["+13038675309"]
"""


def settings(folder: Path, text: str, name: str = "smsproof.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str, name: str = "smsproof.toml") -> str:
    with pytest.raises(SettingsError) as caught:
        read(settings(folder, text, name))
    return str(caught.value)


def test_a_target_is_read_with_its_numbers_and_paths(tmp_path: Path) -> None:
    target = read(settings(tmp_path, GOOD))["staging"]
    assert target.base_url == "http://127.0.0.1:8081"
    assert target.numbers.long_codes == ("+12191112222",)
    assert target.paths == {"setWebhook": "/hook"}
    assert target.on_loopback


def test_the_tool_table_of_pyproject_works_the_same(tmp_path: Path) -> None:
    text = GOOD.replace("[target.", "[tool.smsproof.target.")
    assert read(settings(tmp_path, text, "pyproject.toml"))["staging"].vendor == "intelepeer"


def test_a_syntax_error_is_reported_with_its_line(tmp_path: Path) -> None:
    assert "line 3" in refusal(tmp_path, "[target.staging]\nvendor = 'intelepeer'\nbase_url = \n")


def test_an_unknown_key_is_reported_with_table_key_and_nearest_name(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD.replace("token_env", "tokn_env"))
    assert "unknown key tokn_env in [target.staging] (did you mean token_env?)" in message


def test_an_unknown_key_in_numbers_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD.replace("long_codes", "longcodes"))
    assert "unknown key longcodes in [target.staging.numbers] (did you mean long_codes?)" in message


def test_an_unknown_operation_in_paths_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD.replace("setWebhook", "setWebhok"))
    assert "unknown key setWebhok in [target.staging.paths] (did you mean setWebhook?)" in message


def test_an_unknown_vendor_is_reported_with_the_known_ones(tmp_path: Path) -> None:
    assert "expected one of: intelepeer, messangi" in refusal(tmp_path, GOOD.replace('"intelepeer"', '"twilio"'))


def test_a_number_without_quotes_is_refused_because_it_lost_its_plus(tmp_path: Path) -> None:
    assert "long_codes" in refusal(tmp_path, GOOD.replace('"+12191112222"', "+12191112222"))


@pytest.mark.parametrize("url", ["ftp://host", "example.com", "http://user:secret@host", "http://host/?a=b"])
def test_a_base_url_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    assert "base_url" in refusal(tmp_path, GOOD.replace("http://127.0.0.1:8081/", url))


@pytest.mark.parametrize(
    ("key", "value", "place", "role"),
    [
        ("long_codes", '["+12191112222", "12191112222"]', "long_codes[1]", "sender"),
        ("short_codes", '["12345"]', "short_codes[0]", "sender"),
        ("alphanumerics", '["COMPANY"]', "alphanumerics[0]", "sender"),
        ("destinations", '["13038675309"]', "destinations[0]", "destination"),
        ("foreign", '"19995550100"', "foreign", "sender"),
        ("blocked_destination", '"1-12345"', "blocked_destination", "destination"),
        ("not_enabled", '"12165550199"', "not_enabled", "sender"),
    ],
)
def test_a_number_that_the_vendor_takes_for_nothing_is_refused_by_its_place_alone(
    tmp_path: Path, key: str, value: str, place: str, role: str
) -> None:
    head, _, _ = GOOD.partition("long_codes")
    message = refusal(tmp_path, f"{head}{key} = {value}\n")
    assert f"[target.staging.numbers] {place}: it cannot be a {role} at intelepeer: " in message
    assert ". Give " in message
    assert value.strip('[]"').rpartition('"')[2] not in message.partition(". Give ")[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("long_codes", '["1-12345"]'),  # of the wrong list, and a sender all the same
        ("alphanumerics", '["57-My Company"]'),  # AMB-IP-05: the vendor may take it
        ("destinations", '["+12"]'),  # AMB-IP-06: likewise
    ],
)
def test_a_number_that_the_vendor_may_take_passes(tmp_path: Path, key: str, value: str) -> None:
    head, _, _ = GOOD.partition("long_codes")
    read(settings(tmp_path, f"{head}{key} = {value}\n"))


def test_every_flaw_of_the_numbers_is_told_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD.replace('"+1', '"1'))
    assert [line.partition("numbers] ")[2].partition(":")[0] for line in message.splitlines()] == [
        "long_codes[0]",
        "destinations[0]",
    ]


@pytest.mark.parametrize(
    "listen", ["foo", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:", "a b:1", "::1:80", "http://h:1"]
)
def test_an_address_to_listen_at_that_is_none_is_refused_with_an_example(tmp_path: Path, listen: str) -> None:
    message = refusal(tmp_path, GOOD.replace("token_env", f'listen = "{listen}"\ntoken_env'))
    expected = f"[target.staging] listen: expected HOST:PORT such as 127.0.0.1:0; got '{listen}'."
    assert message.endswith(expected)


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "localhost:8080", "[::1]:65535", ":0"])
def test_an_address_to_listen_at_is_taken(tmp_path: Path, listen: str) -> None:
    text = GOOD.replace("token_env", f'listen = "{listen}"\ntoken_env')
    assert read(settings(tmp_path, text))["staging"].listen == listen


def test_an_unknown_target_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"did you mean staging\?"):
        pick(read(settings(tmp_path, GOOD)), "stagin")


def test_an_unset_token_is_reported_with_its_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="INTELEPEER_TOKEN, which is unset"):
        secrets(read(settings(tmp_path, GOOD))["staging"], {})


def test_secrets_do_not_show_when_printed(tmp_path: Path) -> None:
    held = secrets(read(settings(tmp_path, GOOD))["staging"], {"INTELEPEER_TOKEN": "canary-token"})
    assert "canary-token" not in f"{held!r} {held}"


@pytest.mark.parametrize("key", ["live", "dry_run", "show_data", "show-data"])
def test_an_option_that_stands_in_no_file_is_sent_to_the_command_line(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        defaults(settings(tmp_path, f"[run]\n{key} = true\n"))
    option = key.replace("_", "-")
    assert str(caught.value).endswith(f"[run] {key}: `--{option}` stands in no file; give it on the command line.")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("long_codes", '"+12191112222"', 'long_codes: expected a list of texts, such as ["+12191112222"]; got a text'),
        ("long_codes", "[12191112222]", "long_codes[0]: expected a text in quotes; got a number without quotes"),
        ("foreign", '["+12191112222"]', "foreign: expected a text in quotes; got a list"),
    ],
)
def test_a_number_of_another_kind_is_refused_in_plain_words_without_the_number(
    tmp_path: Path, key: str, value: str, told: str
) -> None:
    head, _, _ = GOOD.partition("long_codes")
    assert refusal(tmp_path, f"{head}{key} = {value}\n").endswith(f"[target.staging.numbers] {told}.")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("case = 5", 'case: expected a list of texts, such as ["single-send/*"]; got 5'),
        ('strict = "yes"', "strict: expected true or false; got 'yes'"),
        ("seed = 1.5", "seed: expected a whole number; got 1.5"),
        ("baseline = 1", "baseline: expected a text in quotes; got 1"),
        ("budget = -1", "budget: expected something greater than or equal to 0; got -1"),
    ],
)
def test_a_default_of_another_kind_is_refused_in_plain_words(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        defaults(settings(tmp_path, f"[run]\n{line}\n"))
    assert str(caught.value).endswith(f"[run] {told}.")


def test_a_table_of_a_target_that_is_misspelt_is_reported_with_the_nearest_target(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD.replace("[target.staging.numbers]", "[target.stagin.numbers]"))
    assert message.endswith("[target.stagin.numbers] belongs to no target (did you mean target.staging?).")
