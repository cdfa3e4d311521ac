from django.urls import path

from quiz import views

urlpatterns = [
    path("", views.home),
    path("api/health", views.health),
    path("api/scores", views.scores),
    path("api/scores/<int:score_id>", views.score),
    path("api/leaderboard", views.leaderboard),
    path("debug/status/<int:code>", views.debug_status),
    path("debug/sleep/<int:milliseconds>", views.debug_sleep),
    path("debug/error", views.debug_error),
]
