//! Steps: the unit of collecting.
