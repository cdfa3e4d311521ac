import logging
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.db.models import Q

from quiz.clock import business_date
from quiz.models import Day, Game

log = logging.getLogger("quiz.purge")


def purge(today: date) -> int:
    """Deletes every other day and returns how many games went. A second call finds nothing."""
    other_days = Q(day_date__lt=today) | Q(day_date__gt=today)
    with transaction.atomic():
        _, games = Game.objects.filter(other_days).delete()
        _, days = Day.objects.filter(other_days).delete()
        Day.objects.get_or_create(day_date=today)
    return sum(deleted.get("quiz.Game", 0) for deleted in (games, days))


class Command(BaseCommand):
    help = "Delete what was not played today (UTC+4) and open the new day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many rows would go")

    def handle(self, *args: Any, **options: Any) -> None:
        today = business_date()
        if options["dry_run"]:
            count = Game.objects.exclude(day_date=today).count()
            self.stdout.write(f"Purge dry run: {count} rows would be deleted for {today}")
            return
        line = f"Purge OK: {purge(today)} rows deleted for {today}"
        log.info(line)
        self.stdout.write(line)
