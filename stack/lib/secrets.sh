# shellcheck shell=bash
# Passwords, a throwaway CA and the server's certificate: new on every machine, never in git.

CERTS=$RUN/certs

make_passwords() {
  [ ! -s "$RUN/.env" ] || return 0
  [ -z "$("$DOCKER" volume ls -q --filter "label=com.docker.compose.project=$PROJECT")" ] ||
    fail "the volumes of project $PROJECT belong to a password that is gone with $RUN/.env: run $HERE/down first"
  (
    umask 077
    local password
    password=$(openssl rand -hex 16)
    mkdir -p "$RUN/secrets"
    printf '%s\n' "$password" >"$RUN/secrets/postgres_password"
    printf '%s=%s\n' RABBITMQ_DEFAULT_PASS "$(openssl rand -hex 16)" >"$RUN/rabbitmq.env"
    # Last, because it is what says that the others are there.
    printf '%s=%s\n' POSTGRES_PASSWORD "$password" DJANGO_SECRET_KEY "$(openssl rand -hex 32)" >"$RUN/.env"
  )
  did "made"
}

valid_for_30_days() { [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend 2592000; }

new_key() { (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"); }

make_ca() {
  new_key "$CERTS/ca.key"
  openssl req -x509 -new -key "$CERTS/ca.key" -out "$CERTS/ca.crt" -days 365 -subj "/CN=Ronde throwaway CA" \
    -addext keyUsage=critical,keyCertSign,cRLSign
}

# make_certificate DAYS
make_certificate() {
  local work=$CERTS/new
  rm -rf "$work"
  mkdir "$work"
  new_key "$work/server.key"
  openssl req -new -key "$work/server.key" -out "$work/request" -subj /CN=quiz.localhost
  printf '%s\n' subjectAltName=DNS:quiz.localhost,DNS:localhost,IP:127.0.0.1 extendedKeyUsage=serverAuth \
    keyUsage=critical,digitalSignature basicConstraints=critical,CA:false >"$work/extensions"
  openssl x509 -req -in "$work/request" -CA "$CERTS/ca.crt" -CAkey "$CERTS/ca.key" -CAcreateserial -days "$1" \
    -extfile "$work/extensions" -out "$work/server.crt"
  mv "$work"/server.{key,crt} "$CERTS/"
  rm -rf "$work"
}

# nginx reads a certificate when it starts; one that is replaced under it needs a reload.
reload_nginx() {
  local nginx
  nginx=$("$DOCKER" ps -q --filter "label=com.docker.compose.project=$PROJECT" --filter label=com.docker.compose.service=nginx)
  [ -z "$nginx" ] || "$DOCKER" exec "$nginx" nginx -s reload
}

make_secrets() {
  did "kept"
  # The application writes its log as another user than the one who makes this folder.
  mkdir -p "$CERTS" "$RUN/logs/nginx" "$RUN/acme-webroot"
  [ -d "$RUN/logs/web" ] || install -d -m 1777 "$RUN/logs/web"
  make_passwords
  if ! valid_for_30_days "$CERTS/ca.crt"; then
    make_ca
    rm -f "$CERTS/server.crt"
  fi
  if ! valid_for_30_days "$CERTS/server.crt"; then
    make_certificate 90
    reload_nginx
    did "made"
  fi
}
