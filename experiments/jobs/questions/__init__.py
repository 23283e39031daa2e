"""Jobs for what is asked beside a comparison: of bundles, mechanisms, friction, trials, rivals."""
