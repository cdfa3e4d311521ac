import { describe, expect, test } from '@jest/globals'
import { commandsOf } from '../../../src/domain/certbot/shell-commands.ts'
import { isReadName, renewalsIn } from '../../../src/domain/certbot/starters.ts'

const debian =
  "0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew --no-random-sleep-on-renew"

describe('of a table of the system, what renews is', () => {
  test.each([
    ['30 2 * * * root tar czf /var/backups/le.tgz /etc/letsencrypt', 0],
    ['MAILTO=certbot@quiz.example\n0 3 * * * root /usr/local/bin/backup', 0],
    ['CERTBOT = certbot renew', 0],
    ['0 3 * * * root certbot certificates > /var/www/status.txt', 0],
    ['0 3 * * * root certbot renew --dry-run', 0],
    ['# 0 3 * * * root certbot renew', 0],
    ['  # 0 3 * * * root certbot renew', 0],
    ['0 3 * * * root true # certbot renew', 0],
    ['0 3 * * * certbot /usr/local/bin/renew', 0],
    ['0 3 * * * root echo certbot renew', 0],
    ['0 3 * * * root echo "; certbot renew"', 0],
    ['@reboot root certbot renew', 0],
    ['0 3 * * root certbot renew', 0],
    ['0 3 * * * root mail -s x%certbot renew', 0],
    ['0 3 * * * root certbot -q renew', 1],
    ['\t@daily root certbot renew', 1],
    ['17 3 * * mon-fri root /usr/bin/certbot renew --quiet', 1],
    ['*/5 0-6,12 1 jan * root sleep $((RANDOM \\% 3600)); /snap/bin/certbot renew', 1],
    ['0 3 * * * root PATH=/opt nice -n 10 timeout 1h /opt/certbot/bin/certbot renew', 1],
    ['0 3 * * * root flock -n /run/le.lock certbot renew', 1],
    ['0 3 * * * root sudo -n -u root certbot-auto renew', 1],
    ["0 3 * * * root bash -c 'cd / && certbot renew'", 1],
    ['0 3 * * * root [ -x /usr/bin/certbot ] && ( certbot renew )', 1],
    ['0 3 * * * root certbot renew\r', 1],
  ])('%j: %d', (text, count) => {
    expect(renewalsIn(`${text}\n`, 'system', true)).toHaveLength(count)
  })

  test("Debian's line leaves it to the timer where systemd runs", () => {
    expect([renewalsIn(debian, 'system', true).length, renewalsIn(debian, 'system', false).length]).toEqual([0, 1])
  })
})

test('in the table of one user no user stands before the command', () => {
  expect(renewalsIn('0 3 * * * certbot renew', 'user', true)).toHaveLength(1)
  expect(renewalsIn('0 3 * * * root certbot renew', 'user', true)).toHaveLength(0)
})

test('a script is read as a shell reads it', () => {
  const script = '#!/bin/sh\n# certbot renew\nset -e\nif command -v certbot >/dev/null; then\n  certbot \\\n    -q renew\nfi\n'
  expect(renewalsIn(script, 'script', true)).toHaveLength(1)
  expect(renewalsIn('#!/bin/sh\necho "run certbot renew"\n', 'script', true)).toEqual([])
})

test.each([
  ['certbot renew', undefined],
  ['certbot renew --config-dir /opt/app/conf', '/opt/app/conf'],
  ['certbot --config-dir=/opt/app/conf renew', '/opt/app/conf'],
])('%s renews %s', (command, directory) => {
  expect(renewalsIn(`0 3 * * * ${command}`, 'user', true)[0]?.directory).toBe(directory)
})

test.each([
  ['certbot renew --deploy-hook "systemctl reload nginx"', true],
  ['certbot renew --post-hook=x', true],
  ['/usr/bin/certbot renew --quiet && systemctl reload nginx', true],
  ['certbot renew; /etc/init.d/nginx reload', true],
  ['certbot renew && docker compose exec web nginx -s reload', true],
  ['certbot renew && service apache2 restart', true],
  ['certbot renew --quiet', false],
  ['certbot renew || systemctl reload nginx', false],
  ['systemctl reload nginx; certbot renew', false],
  ['certbot renew && echo reload', false],
  ['certbot renew && systemctl status nginx', false],
])('%s loads the certificate: %s', (command, withHook) => {
  expect(renewalsIn(`0 3 * * * ${command}`, 'user', true)).toMatchObject([{ withHook }])
})

test.each([
  ['certbot', true],
  ['certbot-renew_2', true],
  ['certbot.disabled', false],
  ['certbot~', false],
  ['.placeholder', false],
])('a file called %s is read by cron: %s', (name, read) => {
  expect(isReadName(name)).toBe(read)
})

test('a text without an end ends', () => {
  const startedAt = performance.now()
  for (const text of ['"'.repeat(60_000), '\\'.repeat(60_000), "sh -c '".repeat(9_000), 'a '.repeat(30_000), '('.repeat(60_000)])
    expect(commandsOf(text).length).toBeLessThan(60_001)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
