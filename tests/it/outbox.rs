//! What leaves the house: letters, as files and through mail servers.

mod files;
mod smtp;
mod work;
