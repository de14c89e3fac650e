"""The states of a message and of a number."""

import pytest

from smsproof_spec.rules import LIFE_CYCLES

STATUS = LIFE_CYCLES["messangi-status"]
NUMBER = LIFE_CYCLES["intelepeer-provisioning"]


def test_the_sixteen_statuses_are_the_pages() -> None:
    assert set(STATUS.states) == {
        "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "INVALID_ROUTING",
        "CODE_NOT_ALLOWED", "BLACKLISTED", "QUEUE", "DEQUEUED", "SENT", "ERROR", "ENROUTE", "SEGMENTS_EXCEEDED",
    }  # fmt: skip
    assert set(STATUS.states) - STATUS.final == {"ACCEPTD", "QUEUE", "DEQUEUED", "SENT", "ENROUTE"}
    assert STATUS.succeeded == {"DELIVRD"}


@pytest.mark.parametrize(
    ("earlier", "later", "orderly"),
    [
        ("QUEUE", "DEQUEUED", True),
        ("QUEUE", "DELIVRD", True),
        ("SENT", "ENROUTE", True),
        ("ENROUTE", "ACCEPTD", True),
        ("SENT", "SENT", True),
        ("SENT", "QUEUE", False),
        ("DELIVRD", "SENT", False),
        ("DELIVRD", "UNDELIV", False),
        ("DELIVRD", "DELIVRD", True),
        ("DELIVRD", "EXHAUSTED", True),  # a status that the page does not know forbids nothing
        ("INCOMPLETE", "QUEUE", True),
    ],
)
def test_a_status_never_goes_back_and_a_final_one_stays(earlier: str, later: str, orderly: bool) -> None:
    assert STATUS.may_follow(earlier, later) is orderly


def test_the_six_provisioning_states_are_the_pages() -> None:
    assert NUMBER.states == ("requested", "provisioning", "provisioned", "derequested", "deprovisioning", "error")


@pytest.mark.parametrize(
    ("earlier", "later", "orderly"),
    [
        ("requested", "provisioning", True),
        ("provisioning", "provisioned", True),
        ("provisioned", "derequested", True),
        ("derequested", "deprovisioning", True),
        ("provisioning", "error", True),
        ("provisioned", "requested", False),
        ("deprovisioning", "provisioned", False),
    ],
)
def test_provisioning_goes_forward(earlier: str, later: str, orderly: bool) -> None:
    assert NUMBER.may_follow(earlier, later) is orderly


def test_a_life_cycle_is_consistent_and_frozen() -> None:
    assert set(STATUS.rank) == set(STATUS.states)
    assert set(NUMBER.rank) == set(NUMBER.states)
    assert STATUS.succeeded <= STATUS.final <= set(STATUS.states)
    with pytest.raises(TypeError):
        LIFE_CYCLES["x"] = STATUS  # type: ignore[index]
    with pytest.raises(TypeError):
        STATUS.rank["X"] = 1  # type: ignore[index]
    with pytest.raises(AttributeError):
        STATUS.states = ()  # type: ignore[misc]
