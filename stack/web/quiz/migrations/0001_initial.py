import django.db.models.deletion
from django.db import migrations, models

import quiz.models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL("CREATE TYPE game_level AS ENUM ('easy', 'medium', 'hard')", "DROP TYPE game_level"),
        migrations.CreateModel(
            name="Day",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day_date", models.DateField(unique=True)),
            ],
            options={"db_table": "day"},
        ),
        migrations.CreateModel(
            name="Game",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day_date", models.DateField()),
                ("player", models.CharField(max_length=40)),
                ("level", quiz.models.LevelField(default="easy", max_length=6)),
                ("points", models.IntegerField()),
                ("time_ms", models.IntegerField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("day", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="quiz.day")),
            ],
            options={"db_table": "game"},
        ),
        migrations.AddIndex("game", models.Index(fields=["day_date", "-points", "time_ms"], name="idx_game_ranking_points")),
        migrations.AddIndex("game", models.Index(fields=["day_date", "time_ms", "-points"], name="idx_game_ranking_time")),
        migrations.AddConstraint(
            "game", models.CheckConstraint(check=models.Q(points__range=(0, 100_000)), name="game_points_range")
        ),
        migrations.AddConstraint(
            "game", models.CheckConstraint(check=models.Q(time_ms__gte=0), name="game_time_ms_positive")
        ),
        # Django keeps defaults to itself; with these a row can also be inserted by hand.
        migrations.RunSQL(
            "ALTER TABLE game ALTER created_at SET DEFAULT now(), ALTER level SET DEFAULT 'easy'", migrations.RunSQL.noop
        ),
    ]
