import os

from quiz.logs import logging_to

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
QUIZ_DEBUG = os.environ.get("QUIZ_DEBUG") == "1"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "quiz.urls"
INSTALLED_APPS = ["quiz"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
# nginx sends the security headers, and without cookies there is nothing to forge.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db",
        "NAME": os.environ["POSTGRES_DB"],
        "USER": os.environ["POSTGRES_USER"],
        "PASSWORD": os.environ["POSTGRES_PASSWORD"],
        "OPTIONS": {"connect_timeout": 2, "application_name": "quiz"},
    }
}
LOGGING = logging_to(["container", "file"])
