-- A version that no new fleet may have. It stays for those that have it.
alter table workflows add withdrawn_at timestamptz;
