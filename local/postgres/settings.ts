const shared = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 500           # local workerd pools nothing: each request opens its own
shared_buffers = 256MB
wal_level = replica
fsync = on
synchronous_commit = on
full_page_writes = on
max_wal_size = 2GB
max_wal_senders = 10
max_replication_slots = 10
max_slot_wal_keep_size = 1GB    # a standby further behind is copied anew at the next start
hot_standby = on
hot_standby_feedback = off
wal_retrieve_retry_interval = 200ms
password_encryption = scram-sha-256
scram_iterations = 1            # the password is 192 random bits; stretching would cost each connection 2 ms of CPU
shared_preload_libraries = 'pg_stat_statements'
track_functions = pl            # what a procedure calls is not among the statements
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
`;

/** Only loopback, only with a password. */
export const hostRules = `
host all         all      127.0.0.1/32 scram-sha-256
host replication postgres 127.0.0.1/32 scram-sha-256
`;

/** The whole postgresql.conf of the primary; written at each start. */
export function primarySettings(port: number): string {
  return `${shared}port = ${port}\n`;
}

/** The whole postgresql.conf of the standby: it follows the primary through a slot of its own. */
export function standbySettings(port: number, primaryPort: number, password: string, slot: string): string {
  const source = `host=127.0.0.1 port=${primaryPort} user=postgres password=${password} application_name=${slot}`;
  return `${shared}port = ${port}\nprimary_conninfo = '${source}'\nprimary_slot_name = '${slot}'\n`;
}
