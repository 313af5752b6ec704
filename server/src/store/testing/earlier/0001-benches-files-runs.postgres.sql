create table kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null);
create table "bench" ("id" text collate "C" primary key, "name" text collate "C" not null, "revision" integer not null, "created_at" text collate "C" not null, "updated_at" text collate "C" not null);
create table "file" ("bench" text collate "C" not null references "bench" ("id") on delete cascade, "path" text collate "C" not null, "version" integer not null, "encoding" text collate "C" not null, "content" bytea not null, "saved_at" text collate "C" not null, constraint "file_key" primary key ("bench", "path"));
create table "run" ("id" text collate "C" primary key, "bench" text collate "C" not null references "bench" ("id") on delete cascade, "mode" text collate "C" not null, "started_at" text collate "C" not null, "ended_at" text collate "C", "status" integer, "reason" text collate "C", "log_bytes" integer not null);
create index "run_of_bench" on "run" ("bench", "started_at");
insert into "kysely_migration" ("name", "timestamp") values ('0001-benches-files-runs', '2026-01-01T00:00:00.000Z');
