/** The part of the driver that is used; a file of dist of its own, read with the first connection to a SQL Server. */
export { Connection, Request, TYPES } from 'tedious';
