"""Folium builders (worker only) and the map parts they leave for the web process."""
