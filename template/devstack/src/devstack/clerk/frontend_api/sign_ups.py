"""Creating an account: with e-mail, password and a code, or by the ticket of an invitation."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..client_shapes import sign_up_shape
from ..errors import not_emulated
from ..records import SignUp
from .caller import Caller, caller_of, form_of, read_answer


async def create_sign_up(request: Request) -> JSONResponse:
    """Begin to create an account, or finish at once where a ticket and a password are given."""
    caller, form = caller_of(request), await form_of(request)
    _refuse_other_strategies(form, "ticket", "password")
    return _answer(caller, caller.instance.sign_ups.start(caller.client, form))


async def read_sign_up(request: Request) -> JSONResponse:
    """Return the attempt that is under way."""
    caller = caller_of(request)
    return read_answer(sign_up_shape(_under_way(caller, request)))


async def update_sign_up(request: Request) -> JSONResponse:
    """Take further fields in."""
    caller, form = caller_of(request), await form_of(request)
    _refuse_other_strategies(form, "ticket", "password")
    sign_up = _under_way(caller, request)
    return _answer(caller, caller.instance.sign_ups.go_on(caller.client, sign_up, form))


async def prepare_verification(request: Request) -> JSONResponse:
    """Write the mail with the code."""
    caller, form = caller_of(request), await form_of(request)
    _refuse_other_strategies(form, "email_code")
    sign_up = _under_way(caller, request)
    return _answer(caller, caller.instance.sign_ups.send_code(caller.client, sign_up))


async def attempt_verification(request: Request) -> JSONResponse:
    """Check the code and create the account."""
    caller, form = caller_of(request), await form_of(request)
    _refuse_other_strategies(form, "email_code")
    sign_up, code = _under_way(caller, request), form.get("code", "")
    return _answer(caller, caller.instance.sign_ups.check_code(caller.client, sign_up, code))


def _refuse_other_strategies(form: dict[str, str], *known: str) -> None:
    strategy = form.get("strategy", known[0])
    if strategy not in known:
        raise not_emulated(f"the strategy {strategy}")


def _under_way(caller: Caller, request: Request) -> SignUp:
    return caller.instance.sign_ups.under_way(caller.client, request.path_params["sign_up_id"])


def _answer(caller: Caller, sign_up: SignUp) -> JSONResponse:
    return caller.changed(sign_up_shape(sign_up))
