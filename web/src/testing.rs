#[cfg(test)] pub mod x {}
