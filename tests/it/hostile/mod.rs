//! The hostile matrix: every stage of a session against every way a server can fail there, held against one table
//! (`matrix.txt`) that says how the run must end; and networks that fail by themselves.

mod cell;
mod matrix;
mod network;
mod packets;
mod server;
mod table;
