use std::net::TcpListener;
fn main() { let a: Vec<String> = std::env::args().collect(); let l = TcpListener::bind(format!("127.0.0.1:{}", a[2])).unwrap(); for c in l.incoming() { std::mem::forget(c); } }
