# shellcheck shell=bash
# Images without a registry: their layers are the files of packages that are installed here.

# build_once NAME TAG HASH FUNCTION ARGUMENTS…: the function makes the image NAME:TAG-HASH; NAME:TAG then points to it.
build_once() {
  local name=$1 tag=$2 image=$1:$2-$3 make=$4
  shift 4
  if ! "$DOCKER" image inspect --format '{{.Id}}' "$image"; then
    "$make" "$image" "$@"
    BUILT+=("${name##*/}")
  fi
  "$DOCKER" tag "$image" "$name:$tag"
}

short_hash() { sha256sum | cut -c 1-12; }

import_files() {
  need_root "building an image from the files of installed packages"
  DOCKER=$DOCKER "$HERE/images/from-packages" "$@"
}

# package_image NAME TAG PACKAGES…
package_image() {
  local name=$1 tag=$2
  shift 2
  build_once "$name" "$tag" "$({ cat "$HERE/images/from-packages" && dpkg-query -W "$@"; } | short_hash)" import_files "$@"
}

build_web() { "$DOCKER" build --quiet --tag "$1" "$HERE/web"; }

web_contents() {
  "$DOCKER" image inspect --format '{{.Id}}' ronde-quiz/django:3.2
  tar -c -C "$HERE/web" --exclude=__pycache__ --sort=name --mtime=@0 --owner=0 --group=0 .
}

# Not by compose, which labels an image with the project, and not at every start, because two clients build two images of
# the same files: either way a container would be made anew for nothing.
application_image() {
  build_once ronde-quiz/web 1 "$(web_contents | short_hash)" build_web
  [ -z "${QUIZ_IMAGE:-}" ] || "$DOCKER" tag ronde-quiz/web:1 "$QUIZ_IMAGE"
}

make_images() {
  BUILT=()
  package_image ronde-quiz/postgres 15 postgresql-15
  package_image ronde-quiz/nginx 1.22 nginx-light curl openssl ca-certificates
  package_image ronde-quiz/django 3.2 python3-django python3-psycopg2 gunicorn curl ca-certificates
  if [ -n "$EXTRAS" ]; then
    package_image ronde-quiz/redis 7 redis-server redis-tools
    package_image ronde-quiz/rabbitmq 3 rabbitmq-server curl
    package_image ronde-quiz/prometheus 2 prometheus curl ca-certificates
    package_image ronde-quiz/node-exporter 1 prometheus-node-exporter curl
  fi
  application_image
  if [ ${#BUILT[@]} = 0 ]; then
    did "up to date"
  else
    did "built ${BUILT[*]}"
  fi
}
