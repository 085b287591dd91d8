//! The simulated DC/OS cluster of `gonogo demo`: coherent, on loopback, over real HTTP and TCP.
