from django.db import models

MAX_POINTS = 100_000


class LevelField(models.CharField):
    """A column of the PostgreSQL type game_level, which the first migration creates."""

    def db_type(self, connection) -> str:
        return "game_level"


class Day(models.Model):
    day_date = models.DateField(unique=True)

    class Meta:
        db_table = "day"


class Game(models.Model):
    LEVELS = ["easy", "medium", "hard"]

    day = models.ForeignKey(Day, on_delete=models.CASCADE)
    # Also here, so that the purge and whoever verifies it need no join.
    day_date = models.DateField()
    player = models.CharField(max_length=40)
    level = LevelField(max_length=6, default="easy")
    points = models.IntegerField()
    time_ms = models.IntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "game"
        # Both begin with the date: they serve the ranking of a day and the search for another day's rows.
        indexes = [
            models.Index(fields=["day_date", "-points", "time_ms"], name="idx_game_ranking_points"),
            models.Index(fields=["day_date", "time_ms", "-points"], name="idx_game_ranking_time"),
        ]
        constraints = [
            models.CheckConstraint(check=models.Q(points__range=(0, MAX_POINTS)), name="game_points_range"),
            models.CheckConstraint(check=models.Q(time_ms__gte=0), name="game_time_ms_positive"),
        ]
