import json
import logging
import time
from typing import Any, Dict

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from quiz.clock import business_date
from quiz.models import MAX_POINTS, Day, Game

log = logging.getLogger("quiz")

HOME = """<!doctype html>
<html lang="en">
<title>Christmas quiz</title>
<h1>Christmas quiz</h1>
<p>Playing {today}. See the <a href="/api/leaderboard">leaderboard</a>.</p>
</html>
"""


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(HOME.format(today=business_date()))


def health(request: HttpRequest) -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.error("health: %s", str(error).strip())
        return JsonResponse({"status": "error"}, status=503)
    return JsonResponse({"status": "ok"})


def scores(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        games = Game.objects.filter(day_date=business_date()).order_by("-id")[:100]
        return JsonResponse({"scores": list(games.values("id", "player", "level", "points", "time_ms"))})
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    try:
        fields = score_fields(json.loads(request.body))
    except (ValueError, KeyError, TypeError, OverflowError):
        return JsonResponse({"error": "expected player, points, time_ms and optionally level"}, status=400)
    day, _ = Day.objects.get_or_create(day_date=business_date())
    game = Game.objects.create(day=day, day_date=day.day_date, **fields)
    return JsonResponse({"id": game.id}, status=201)


def score_fields(body: Dict[str, Any]) -> Dict[str, Any]:
    fields = {
        "player": str(body["player"]),
        "level": body.get("level", "easy"),
        "points": int(body["points"]),
        "time_ms": int(body["time_ms"]),
    }
    valid = (
        0 < len(fields["player"]) <= 40
        and fields["level"] in Game.LEVELS
        and 0 <= fields["points"] <= MAX_POINTS
        and 0 <= fields["time_ms"] < 2**31
    )
    if not valid:
        raise ValueError("out of range")
    return fields


def score(request: HttpRequest, score_id: int) -> HttpResponse:
    if request.method != "DELETE":
        return HttpResponseNotAllowed(["DELETE"])
    deleted, _ = Game.objects.filter(id=score_id).delete()
    return HttpResponse(status=204 if deleted else 404)


def leaderboard(request: HttpRequest) -> JsonResponse:
    today = business_date()
    top = Game.objects.filter(day_date=today).order_by("-points", "time_ms")[:10]
    return JsonResponse({"date": today, "top": list(top.values("player", "points", "time_ms"))})


def debug_status(request: HttpRequest, code: int) -> HttpResponse:
    if not settings.QUIZ_DEBUG or not 200 <= code <= 599:
        raise Http404
    return HttpResponse(status=code)


def debug_sleep(request: HttpRequest, milliseconds: int) -> HttpResponse:
    if not settings.QUIZ_DEBUG:
        raise Http404
    time.sleep(min(milliseconds, 20_000) / 1000)
    return HttpResponse("slept")


def debug_error(request: HttpRequest) -> HttpResponse:
    if not settings.QUIZ_DEBUG:
        raise Http404
    raise RuntimeError("an error that was asked for")
