create table kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null);
create table "bench" ("id" text primary key, "name" text not null, "revision" integer not null, "created_at" text not null, "updated_at" text not null);
create table "file" ("bench" text not null references "bench" ("id") on delete cascade, "path" text not null, "version" integer not null, "encoding" text not null, "content" blob not null, "saved_at" text not null, constraint "file_key" primary key ("bench", "path"));
create table "run" ("id" text primary key, "bench" text not null references "bench" ("id") on delete cascade, "mode" text not null, "started_at" text not null, "ended_at" text, "status" integer, "reason" text, "log_bytes" integer not null);
create index "run_of_bench" on "run" ("bench", "started_at");
insert into "kysely_migration" ("name", "timestamp") values ('0001-benches-files-runs', '2026-01-01T00:00:00.000Z');
