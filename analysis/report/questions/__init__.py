"""Sections on what is asked beside a comparison: what to buy, what adds up, what a trial could see."""
