"""What is measured on a signal: spectra in bands, their spread over time, the parts worth hearing."""
