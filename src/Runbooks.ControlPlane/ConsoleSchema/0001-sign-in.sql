-- People at a browser: passwords, second factors, sessions and one-time links. No secret is stored readable: passwords
-- and recovery codes as salted or plain hashes, sessions and links as hashes of 256 random bits, TOTP keys sealed.
create table control.passwords (
  user_id     text primary key references control.users (id),
  algorithm   text    not null,
  iterations  integer not null,
  salt        bytea   not null,
  hash        bytea   not null,
  must_change boolean not null default false,
  changed_at  timestamptz not null default clock_timestamp()
);

create table control.second_factors (
  user_id      text primary key references control.users (id),
  secret       bytea  not null,
  confirmed_at timestamptz,
  last_step    bigint not null default 0,
  created_at   timestamptz not null default clock_timestamp()
);

create table control.recovery_codes (
  user_id text  not null references control.users (id),
  hash    bytea not null,
  used_at timestamptz,
  primary key (user_id, hash)
);

-- Keyed by the name as typed, known or not, so that waiting says nothing about who exists.
create table control.sign_in_failures (
  name       text primary key,
  failures   integer not null,
  last_at    timestamptz not null,
  not_before timestamptz not null
);

create table control.sessions (
  id           text primary key,
  user_id      text  not null references control.users (id),
  hash         bytea not null unique,
  method       text  not null,
  token_id     text references control.tokens (id),
  origin       text  not null default '',
  browser      text  not null default '',
  created_at   timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  expires_at   timestamptz not null,
  ended_at     timestamptz
);
create index sessions_user on control.sessions (user_id, created_at desc);

create table control.sign_in_links (
  id         text primary key,
  user_id    text  not null references control.users (id),
  hash       bytea not null unique,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at    timestamptz
);
