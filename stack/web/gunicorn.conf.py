from quiz.logs import logging_to

bind = "0.0.0.0:8000"
workers = 2
threads = 4
worker_tmp_dir = "/dev/shm"
logconfig_dict = logging_to(["container"])
