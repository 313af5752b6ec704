/** What `--help` prints for the commands that keep data. */

const PLACE = `SANDTABLE_DATA says which data folder, DATABASE_URL which PostgreSQL database, as for 'serve'.
`;

export const BACKUP_HELP = `Usage: sandtable backup FILE

Saves everything that must survive into one new file: the database, and what was recorded of runs and checks.
The server may go on meanwhile; the file is of one moment, and is read back before it counts.

${PLACE}
Exit status: 0 when the file is there; 1 when it is not, and why.
`;

export const RESTORE_HELP = `Usage: sandtable restore [--replace] FILE

Puts a backup into an empty data folder and an empty database, of either kind and by this version or a later one.
No server may work there. The whole file is checked before anything is written.

  --replace   move what is there already aside (it says where to), instead of refusing

${PLACE}
Exit status: 0 when all was restored; 1 when nothing was changed, and why.
`;

export const PERSON_HELP = `Usage: sandtable person export PERSON FILE
       sandtable person erase [--yes] PERSON

PERSON is an id, an e-mail address, a sign-in name, or a name that only one person has.

  export   write everything that is kept of a person into a new zip: rows as JSON, files, runs, checks
  erase    remove a person with their work; what they did to others stays with their id alone.
           No server may work there. Backups that were made before still have them.
  --yes    do not ask

${PLACE}
Exit status: 0 when it was done; 1 when nothing was changed, and why.
`;
